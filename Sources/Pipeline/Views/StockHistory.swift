import Inventory
import Synchronization

/// The last changes of one shard's stock, for the graph of a product: a ring of a fixed number of changes, 16 bytes
/// each.
///
/// A change has the stock before it. So the worker reads nothing but the before-images that it has anyway, and whoever
/// goes back from the present stock knows the stock at any time since the ring begins.
public final class StockHistory: Sendable {
    /// What a commit did to the stock of one pair.
    public struct Change: Sendable {
        private static let noRow: UInt32 = 1 << 31

        /// The index of the pair's entry in the shard, and in the highest bit whether the pair had no row before.
        private var bits: UInt32
        /// When the newest record of the commit was written, in seconds since the epoch.
        public let seconds: UInt32
        private let stock: Int64

        init(entry: UInt32, seconds: UInt32, before stock: Int64?) {
            bits = stock == nil ? entry | Self.noRow : entry
            self.seconds = seconds
            self.stock = stock ?? 0
        }

        public var entry: UInt32 { bits & ~Self.noRow }
        /// The stock before it; nil where the pair had no row.
        public var before: Int64? { bits & Self.noRow == 0 ? stock : nil }
    }

    /// The history as of one commit.
    public struct AsOf: Sendable {
        let history: StockHistory
        /// How many changes were ever added by then.
        let end: Int
    }

    private struct State {
        /// How many were ever added.
        var count = 0
        /// From when on the records of all input partitions were read; nil before any was.
        var begins: UInt32?
        /// The time of the newest change that was dropped.
        var dropped: UInt32 = 0
    }

    private let limit: Int
    /// The ring; the lock of `state` guards it. The system gives memory as it is written to, not before.
    nonisolated(unsafe) private let ring: UnsafeMutablePointer<Change>
    private let state: Mutex<State>

    /// - Parameter limit: how many changes are kept; not 0.
    init(limit: Int, begins: UInt32?) {
        self.limit = limit
        ring = .allocate(capacity: limit)
        state = Mutex(State(begins: begins))
    }

    deinit { ring.deallocate() }

    /// Adds what the committing transaction changed.
    func append(_ aggregate: borrowing Aggregate, seconds: UInt32, begins: UInt32?) {
        state.withLock { state in
            state.begins = begins
            // Locals: a backlog brings as many changes as events.
            var (count, dropped, place) = (state.count, state.dropped, state.count % limit)
            aggregate.forEachBeforeImage { entry, stock in
                if count >= limit { dropped = ring[place].seconds }
                (ring + place).initialize(to: Change(entry: entry, seconds: seconds, before: stock))
                count += 1
                place = place + 1 == limit ? 0 : place + 1
            }
            (state.count, state.dropped) = (count, dropped)
        }
    }

    /// All of it as of now.
    var asOf: AsOf { AsOf(history: self, end: state.withLock { $0.count }) }

    /// The changes of some entries, oldest first, and from when on none is missing; nil if nothing was ever read.
    fileprivate func changes(before end: Int, _ isWanted: (UInt32) -> Bool) -> (begins: UInt32?, [Change]) {
        var found: [Change] = []
        var some: [Change] = []
        var next = 0
        var begins: UInt32?
        repeat {
            some.removeAll(keepingCapacity: true)
            // Few at a time: a worker that commits meanwhile waits for a microsecond.
            state.withLock { state in
                next = max(next, state.count - limit)
                // They lie together up to the ring's end.
                let place = next % limit
                let count = max(0, min(1_024, end - next, limit - place))
                some.append(contentsOf: UnsafeBufferPointer(start: ring + place, count: count))
                begins = state.begins.map { max($0, state.dropped) }
            }
            next += some.count
            for change in some where isWanted(change.entry) { found.append(change) }
        } while !some.isEmpty
        return (begins, found)
    }
}

extension StockHistory.AsOf {
    /// The changes of some entries, oldest first, and from when on none is missing; nil if nothing was ever read.
    public func changes(
        where isWanted: (_ entry: UInt32) -> Bool
    ) -> (begins: UInt32?, changes: [StockHistory.Change]) {
        history.changes(before: end, isWanted)
    }
}
