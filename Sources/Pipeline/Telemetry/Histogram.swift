/// Durations counted in buckets, as Prometheus takes them.
public struct Histogram: Equatable, Sendable {
    /// Upper bounds of the buckets in milliseconds, ascending; what is longer is only in `count`.
    public let boundsMs: [Int64]
    /// By bucket, not cumulative.
    public private(set) var counts: [Int]
    public private(set) var count = 0
    public private(set) var sumMs: Int64 = 0

    public init(boundsMs: [Int64]) {
        self.boundsMs = boundsMs
        counts = Array(repeating: 0, count: boundsMs.count)
    }

    /// For the duration of a commit.
    public static let commits = Histogram(boundsMs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000])

    /// For the latency of an event, from milliseconds to a backlog of a day.
    public static let latencies = Histogram(
        boundsMs: [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000,
            3_600_000,
            86_400_000,
        ])

    /// Counts one; a negative duration, from clocks that differ, counts as 0.
    public mutating func observe(ms: Int64) {
        let ms = max(0, ms)
        count += 1
        sumMs += ms
        if let bucket = boundsMs.firstIndex(where: { ms <= $0 }) { counts[bucket] += 1 }
    }

    /// Both counted together; their bounds are the same.
    public static func + (a: Self, b: Self) -> Self {
        var sum = a
        for index in a.counts.indices where index < b.counts.count { sum.counts[index] += b.counts[index] }
        sum.count += b.count
        sum.sumMs += b.sumMs
        return sum
    }
}
