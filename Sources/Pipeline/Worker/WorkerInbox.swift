public import Inventory
import Synchronization

/// Requests of other threads to a worker, which looks between two batches.
public final class WorkerInbox: Sendable {
    private let stopping = Atomic<Bool>(false)
    private let hasCatalog = Atomic<Bool>(false)
    private let catalog = Mutex<Catalog?>(nil)

    public init() {}

    /// Asks the worker to finish its transaction, give up its partitions and end.
    public func stop() { stopping.store(true, ordering: .releasing) }

    public var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Makes the worker join newer reference tables before its next transaction.
    public func adopt(_ newer: Catalog) {
        catalog.withLock { $0 = newer }
        hasCatalog.store(true, ordering: .releasing)
    }

    func takeCatalog() -> Catalog? {
        guard hasCatalog.exchange(false, ordering: .acquiringAndReleasing) else { return nil }
        return catalog.withLock { $0.take() }
    }
}
