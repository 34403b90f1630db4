public import Inventory
import Synchronization

/// What other threads ask of a worker; it looks between two batches.
public final class WorkerInbox: Sendable {
    private struct Requests {
        var catalog: Catalog?
        var views: [@Sendable (ViewSnapshot) -> Void] = []
    }

    private let stopping = Atomic<Bool>(false)
    private let isEmpty = Atomic<Bool>(true)
    private let requests = Mutex(Requests())

    public init() {}

    /// Asks the worker to finish its transaction, give up its partitions and end.
    public func stop() { stopping.store(true, ordering: .releasing) }

    public var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Has the views joined with newer reference tables from the next commit on.
    public func adopt(_ catalog: Catalog) {
        requests.withLock { $0.catalog = catalog }
        isEmpty.store(false, ordering: .releasing)
    }

    /// Asks for the views as of the next commit or pause; called on the worker's thread.
    public func requestViews(_ receive: @escaping @Sendable (ViewSnapshot) -> Void) {
        requests.withLock { $0.views.append(receive) }
        isEmpty.store(false, ordering: .releasing)
    }

    func takeCatalog() -> Catalog? {
        guard !isEmpty.load(ordering: .acquiring) else { return nil }
        return requests.withLock { requests in
            defer { requests.catalog = nil }
            return requests.catalog
        }
    }

    func takeViewRequests() -> [@Sendable (ViewSnapshot) -> Void] {
        guard !isEmpty.load(ordering: .acquiring) else { return [] }
        return requests.withLock { requests in
            defer { requests.views = [] }
            isEmpty.store(requests.catalog == nil, ordering: .releasing)
            return requests.views
        }
    }
}
