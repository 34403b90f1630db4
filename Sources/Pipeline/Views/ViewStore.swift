public import Inventory
import Synchronization

/// The workers' snapshots and their changes, for any number of readers. Writing stores a few pointers under a lock
/// that is held for moments. Readers work on copies and never hold a worker up.
public final class ViewStore: Sendable {
    /// The alert changes of one committed transaction.
    public final class Block: Sendable {
        public let worker: Int
        /// The number of the first change; the others follow one by one.
        public let first: UInt64
        public let changes: [AlertChange]
        private let encoded = Mutex<[UInt8]?>(nil)

        init(worker: Int, first: UInt64, changes: [AlertChange]) {
            self.worker = worker
            self.first = first
            self.changes = changes
        }

        /// The changes as bytes, encoded for the first reader that asks.
        public func bytes(_ encode: (Block) -> [UInt8]) -> [UInt8] {
            encoded.withLock { encoded in
                if let encoded { return encoded }
                let bytes = encode(self)
                encoded = bytes
                return bytes
            }
        }

        /// The number of the last change.
        public var last: UInt64 { first + UInt64(changes.count) - 1 }
    }

    /// Everything as of one moment.
    public struct Snapshot: Sendable {
        /// By worker; nil for one that shows nothing yet.
        public var workers: [WorkerSnapshot?]
        /// When each worker's snapshot was last known to be all that is committed, in monotonic microseconds.
        public var freshAt: [Int64]
        /// The change log, oldest first, at most `ViewStore.changesKept` changes.
        public var log: [Block]
        /// The newest change's number, whether or not it is in the log.
        public var newest: UInt64
        /// By worker, its newest change's number.
        public var latest: [UInt64]
        /// When the connection to Kafka was lost, in monotonic microseconds; nil while there is one.
        public var disconnectedAt: Int64?
    }

    /// Changes that are kept for readers who come back.
    public static let changesKept = 10_000

    fileprivate struct State {
        var workers: [WorkerSnapshot?]
        var log: [Block] = []
        var kept = 0
        var newest: UInt64 = 0
        var latest: [UInt64]
        var versions: UInt64 = 0
        var disconnectedAt: Int64?
        var onNews: [@Sendable () -> Void] = []
    }

    private final class Freshness: Sendable {
        let at = Atomic<Int64>(0)
        let publishes = Atomic<Int>(0)
        let publishMicroseconds = Atomic<Int>(0)
    }

    /// A worker shows what it committed at most this often.
    public let intervalMs: Int64
    /// Whether snapshots have terms, for which a recovery asks the broker.
    let numbersTerms: Bool
    private let state: Mutex<State>
    private let freshness: [Freshness]

    /// - Parameter workers: how many there will be, numbered from 0.
    public init(workers: Int, intervalMs: Int64 = 100, numbersTerms: Bool = false) {
        self.intervalMs = intervalMs
        self.numbersTerms = numbersTerms
        state = Mutex(
            State(workers: Array(repeating: nil, count: workers), latest: Array(repeating: 0, count: workers)))
        freshness = (0..<workers).map { _ in Freshness() }
    }

    /// Calls the closure after each commit with changes and each publish, like those of other readers. It runs on the
    /// worker's thread, so it may only wake a reader.
    public func onNews(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.onNews.append(wake) } }

    // MARK: Workers

    /// Adds the changes of a committed transaction. Nil means too many to keep: readers start again.
    func append(_ changes: [AlertChange]?, worker: Int) {
        let readers = state.withLock { state in
            if let changes, !changes.isEmpty {
                let block = Block(worker: worker, first: state.newest + 1, changes: changes)
                state.log.append(block)
                state.kept += changes.count
                state.newest = block.last
                state.trim()
            } else if changes == nil {
                state.log = []
                state.kept = 0
                state.newest += 1
            }
            state.latest[worker] = state.newest
            return state.onNews
        }
        for wake in readers { wake() }
    }

    func publish(_ snapshot: WorkerSnapshot, worker: Int, tookMicroseconds: Int) {
        let own = freshness[worker]
        own.publishes.add(1, ordering: .relaxed)
        own.publishMicroseconds.add(tookMicroseconds, ordering: .relaxed)
        let readers = state.withLock { state in
            var snapshot = snapshot
            state.versions += 1
            snapshot.version = state.versions
            // The snapshot holds all changes of this worker so far; nobody asks it for those of others.
            snapshot.changesThrough = state.newest
            state.workers[worker] = snapshot
            return state.onNews
        }
        for wake in readers { wake() }
    }

    /// Notes that the worker's snapshot holds all that is committed now.
    @inline(__always)
    func markFresh(worker: Int, at microseconds: Int64) {
        freshness[worker].at.store(microseconds, ordering: .relaxed)
    }

    /// Notes that the connection to Kafka was lost or is back. Without it no view is known to be current.
    public func setConnected(_ isConnected: Bool, at microseconds: Int64 = monotonicMicroseconds()) {
        state.withLock { state in
            if isConnected {
                state.disconnectedAt = nil
            } else if state.disconnectedAt == nil {
                state.disconnectedAt = microseconds
            }
        }
    }

    // MARK: Readers

    public func snapshot() -> Snapshot {
        let freshAt = freshness.map { $0.at.load(ordering: .relaxed) }
        return state.withLock { state in
            Snapshot(
                workers: state.workers, freshAt: freshAt, log: state.log, newest: state.newest,
                latest: state.latest, disconnectedAt: state.disconnectedAt)
        }
    }

    /// The blocks that hold changes after a number; nil when some of them are no longer kept.
    public func blocks(after number: UInt64) -> [Block]? {
        state.withLock { state in
            guard number < state.newest else { return number == state.newest ? [] : nil }
            guard let oldest = state.log.first, oldest.first <= number + 1,
                state.log.last?.last == state.newest
            else { return nil }
            return state.log.filter { $0.last > number }
        }
    }

    /// How many snapshots the workers have published, and how long that took.
    public var publishing: (count: Int, microseconds: Int) {
        freshness.reduce((0, 0)) { sum, own in
            (
                sum.0 + own.publishes.load(ordering: .relaxed),
                sum.1 + own.publishMicroseconds.load(ordering: .relaxed)
            )
        }
    }
}

extension ViewStore.State {
    /// Drops the oldest blocks beyond what is kept; the newest stays even when it alone is more.
    fileprivate mutating func trim() {
        var dropped = 0
        while kept > ViewStore.changesKept, dropped < log.count - 1 {
            kept -= log[dropped].changes.count
            dropped += 1
        }
        if dropped > 0 { log.removeFirst(dropped) }
    }
}
