import Inventory

/// Shows what one worker committed: decides when to copy, and which changes to keep.
///
/// Copying costs in proportion to the chunks that were touched. It happens at most every `ViewStore.intervalMs`, and
/// takes at most a fiftieth of the worker's time.
public final class ViewFeed {
    static let share: Int64 = 50

    private let store: ViewStore
    private let worker: Int
    /// Something was committed that is not shown yet.
    var isBehind = false
    /// What is shown says that the worker is catching up.
    private var showsCatchingUp = false
    private var nextAtMs: Int64 = .min
    /// The open transaction's alert changes; nil when they were too many to keep.
    private var changes: [AlertChange]? = []

    public init(_ store: ViewStore, worker: Int) {
        self.store = store
        self.worker = worker
    }

    /// Whether a reader compares this worker's snapshots with those of other owners of its partitions.
    var numbersTerms: Bool { store.numbersTerms }

    /// A transaction's changes follow; those of one that did not commit are forgotten.
    func begin() { changes = [] }

    func note(_ change: AlertChange) {
        guard let count = changes?.count else { return }
        if count < ViewStore.changesKept { changes?.append(change) } else { changes = nil }
    }

    func committed() {
        isBehind = true
        if changes?.isEmpty != true { store.append(changes, worker: worker) }
    }

    /// The state was recovered: others may have committed changes that nobody here saw, so readers begin again.
    func beginAnew() {
        isBehind = true
        store.append(nil, worker: worker)
    }

    /// Shows a new snapshot if anything changed and it is time; if nothing changed, says that the view is current.
    ///
    /// - Parameter nowMs: of the session's clock.
    func publish(nowMs: Int64, isCatchingUp: Bool, _ snapshot: () -> WorkerSnapshot) {
        let now = monotonicMicroseconds()
        guard isBehind || showsCatchingUp && !isCatchingUp else { return store.markFresh(worker: worker, at: now) }
        guard nowMs >= nextAtMs else { return }
        let snapshot = snapshot()
        let took = monotonicMicroseconds() - now
        nextAtMs = nowMs + max(store.intervalMs, took * Self.share / 1_000)
        isBehind = false
        showsCatchingUp = isCatchingUp
        store.publish(snapshot, worker: worker, tookMicroseconds: Int(took))
        store.markFresh(worker: worker, at: now)
    }
}
