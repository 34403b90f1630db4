public import Inventory
import Synchronization

/// What is known of each partition's lag. The daemon feeds it; readers ask.
public final class LagWatch: Sendable {
    public struct Lag: Sendable, Equatable {
        /// The next offset that is committed.
        public var offset: Int64
        public var end: Int64
        public var trend: LagWindow.Trend
        public var messages: Int64 { max(0, end - offset) }
    }

    private let windows = Mutex<[Partition: (window: LagWindow, lag: Lag)]>([:])

    public init() {}

    /// Takes a sample of all partitions that are owned now, and forgets the others.
    ///
    /// - Parameter ends: offset and end by partition. `offset` must include what no reader ever gets, such as the
    ///   control records of transactions.
    public func observe(_ ends: [Partition: (offset: Int64, end: Int64)]) {
        windows.withLock { windows in
            windows = windows.filter { ends[$0.key] != nil }
            for (partition, found) in ends {
                var window = windows[partition]?.window ?? LagWindow()
                window.observe(offset: found.offset, end: found.end)
                windows[partition] = (
                    window, Lag(offset: found.offset, end: found.end, trend: window.trend)
                )
            }
        }
    }

    public var lags: [Partition: Lag] { windows.withLock { $0.mapValues(\.lag) } }
}
