internal import Glibc
import Pipeline

/// When the tables are written next. The writer takes a small share of the processor from the workers: a fortieth of
/// one while they catch up, a quarter otherwise.
struct WriterPace {
    private let intervalMs: Int64
    private let madeMs: Int64
    private var startedMs: Int64 = .min / 2
    private var startedCPU: Int64 = 0
    /// How much processor time the last round took.
    private var tookCPU: Int64 = 0
    private var failures = 0
    private var backoffMs: Int64 = 0

    /// Without news the tables are looked at this often, so that a change by hand or an outage is noticed.
    static let idleMs: Int64 = 1_000
    private static let longestBackoffMs: Int64 = 5_000
    /// What a row takes that is written with all others.
    private static let fillMicrosecondsPerRow: Int64 = 4

    init(intervalMs: Int64, nowMs: Int64 = monotonicMicroseconds() / 1_000) {
        self.intervalMs = intervalMs
        madeMs = nowMs
    }

    /// How long to wait; nil when it is time.
    /// - Parameter rowsToFill: how many rows the next round will write whatever the tables hold. Nobody waits for them
    ///   while the workers catch up, so they must have been paid for.
    func waitMs(
        isNews: Bool, isCatchingUp: Bool, rowsToFill: Int = 0, nowMs: Int64 = monotonicMicroseconds() / 1_000
    ) -> Int64? {
        let (share, startedMs) =
            isCatchingUp
            ? (max(tookCPU, Int64(rowsToFill) * Self.fillMicrosecondsPerRow) * 40 / 1_000, max(startedMs, madeMs))
            : (tookCPU * 4 / 1_000, startedMs)
        var pauseMs = max(intervalMs, share)
        // A worker shows its snapshots in the same interval, and the next one may come a little earlier.
        if failures == 0, isNews { pauseMs = max(pauseMs - intervalMs / 10, share) }
        if failures > 0 { pauseMs = max(pauseMs, backoffMs) } else if !isNews { pauseMs = max(pauseMs, Self.idleMs) }
        let leftMs = startedMs + pauseMs - nowMs
        return leftMs > 0 ? leftMs : nil
    }

    mutating func begin(nowMs: Int64 = monotonicMicroseconds() / 1_000) {
        startedMs = nowMs
        startedCPU = Self.cpuMicroseconds
    }

    /// - Parameter cpuMicroseconds: what the round took; nil: as the thread's clock says.
    mutating func end(cpuMicroseconds: Int64? = nil) {
        tookCPU = cpuMicroseconds ?? Self.cpuMicroseconds - startedCPU
        failures = 0
    }

    /// The next try waits twice as long as the last, give or take a half.
    mutating func fail(nowMs: Int64 = monotonicMicroseconds() / 1_000) {
        tookCPU = Self.cpuMicroseconds - startedCPU
        failures += 1
        let mostMs = min(Self.longestBackoffMs, 100 << Int64(min(failures, 10)))
        // Counted from now: the try may have taken long.
        startedMs = nowMs
        backoffMs = .random(in: mostMs / 2...mostMs)
    }

    /// What the calling thread has used.
    private static var cpuMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
