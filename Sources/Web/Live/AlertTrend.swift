import Inventory
import Pipeline
import Synchronization

/// How many alerts of each level there were, every five minutes of the last day.
final class AlertTrend: Sendable {
    struct Sample: Equatable {
        var seconds: UInt32
        /// In the order of `levels`.
        var counts: [Int]

        init(_ seconds: UInt32, _ tally: ShownTally) {
            self.seconds = seconds
            counts = AlertTrend.levels.map { tally[$0] }
        }
    }

    /// The worst first.
    static let levels = AlertLevel.allCases.sorted(by: >)
    static let intervalSeconds: UInt32 = 300
    private static let kept = Int(86_400 / intervalSeconds)

    private let state = Mutex<[Sample]>([])

    var samples: [Sample] { state.withLock { $0 } }

    /// Takes a sample if it is time. While the views are stale nobody knows the counts, so there is a gap.
    func look(_ store: ViewStore, now: Timestamp) {
        state.withLock { samples in
            if let last = samples.last, now.seconds < last.seconds + Self.intervalSeconds { return }
            let snapshot = store.snapshot()
            let freshness = Freshness(snapshot, now: monotonicMicroseconds(), wall: now.microseconds)
            guard !freshness.isStale else { return }
            let tally = snapshot.workers.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
            samples.append(Sample(now.seconds, tally))
            if samples.count > Self.kept { samples.removeFirst() }
        }
    }
}
