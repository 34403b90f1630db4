import Inventory

/// One worker's way of showing what it committed: when to copy, and what may be kept of changes.
///
/// Copying costs in proportion to the chunks that were touched. It happens at most every `intervalMicroseconds`,
/// and more seldom when it is dear: it may take a fiftieth of the worker's time.
public final class ViewFeed {
    static let intervalMicroseconds: Int64 = 100_000
    static let share: Int64 = 50

    private let store: ViewStore
    private let worker: Int
    /// Something was committed that is not shown yet.
    var isBehind = false
    private var nextAt: Int64 = .min
    /// The open transaction's alert changes; nil when they were too many to keep.
    private var changes: [AlertChange]? = []

    public init(_ store: ViewStore, worker: Int) {
        self.store = store
        self.worker = worker
    }

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

    /// Shows what `cut` copies if something is new and it is time; says that the view is current if nothing is.
    func publish(nowMicroseconds now: Int64, _ cut: () -> WorkerCut) {
        guard isBehind else { return store.markFresh(worker: worker, at: now) }
        guard now >= nextAt else { return }
        let cut = cut()
        let took = monotonicMicroseconds() - now
        nextAt = now + max(Self.intervalMicroseconds, took * Self.share)
        isBehind = false
        store.publish(cut, worker: worker, tookMicroseconds: Int(took))
        store.markFresh(worker: worker, at: now)
    }
}
