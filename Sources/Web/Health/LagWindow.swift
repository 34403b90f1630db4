/// Judges one partition's lag over a sliding window by Burrow's rules, which need no threshold: a lag of 0
/// anywhere in the window is fine; an offset that stands still while there is lag is stalled; a lag that never
/// shrinks while the offset moves is slow.
public struct LagWindow: Sendable {
    public enum Trend: String, Sendable {
        case ok
        /// The lag grew through the whole window.
        case slow
        /// Nothing was consumed through the whole window, though there was lag.
        case stalled
        /// Not enough was seen yet.
        case unknown
    }

    private struct Sample {
        var offset: Int64
        var lag: Int64
    }

    private let size: Int
    private var samples: [Sample] = []

    /// - Parameter size: samples that make a judgement; with one every 5 s, 12 are a minute.
    public init(size: Int = 12) { self.size = size }

    public mutating func observe(offset: Int64, end: Int64) {
        // A partition that was given back and returned begins anew.
        if let last = samples.last, offset < last.offset { samples = [] }
        samples.append(Sample(offset: offset, lag: max(0, end - offset)))
        if samples.count > size { samples.removeFirst() }
    }

    public var trend: Trend {
        guard let first = samples.first, let last = samples.last else { return .unknown }
        if samples.contains(where: { $0.lag == 0 }) { return .ok }
        guard samples.count == size else { return .unknown }
        if first.offset == last.offset { return last.lag >= first.lag ? .stalled : .ok }
        let neverShrinks = zip(samples, samples.dropFirst()).allSatisfy { $1.lag >= $0.lag }
        return neverShrinks && last.lag > first.lag ? .slow : .ok
    }
}
