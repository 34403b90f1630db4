import Glibc
import Inventory
import NIOPosix
import Pipeline
import Synchronization

/// The one thread that reads: it owns the model and writes the responses, at a lower priority than the workers.
final class ReadThread: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let store: ViewStore
    private let model: Mutex<ReadModel>

    init(_ store: ViewStore, _ ids: IDs) {
        self.store = store
        model = Mutex(ReadModel(ids))
        pool._start(threadNamePrefix: "http-reader-")
        pool.submit { _ in
            // This may be denied (by systemd's @resources filter, for one), and then the priority stays. Linux keeps
            // the priority by thread, and 0 names the calling one.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        }
    }

    /// Runs a closure on the model, brought up to date.
    func read<T: Sendable>(_ body: @escaping @Sendable (ReadModel, ViewStore.Snapshot) throws -> T)
        async throws
        -> T
    {
        try await pool.runIfActive { [self] in
            let snapshot = store.snapshot()
            return try model.withLock { model in
                model.update(snapshot, nowMicroseconds: monotonicMicroseconds(), wallMicroseconds: wallMicroseconds())
                return try body(model, snapshot)
            }
        }
    }

    func stop() async { try? await pool.shutdownGracefully() }
}
