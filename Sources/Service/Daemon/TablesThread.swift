internal import Dispatch
internal import Foundation
internal import Glibc
import Inventory
import Kafka
import Logging
import Pipeline
import Postgres
import Synchronization

/// Keeps the tables in PostgreSQL, on a thread of its own at a lower priority than the workers.
final class TablesThread: Sendable {
    let telemetry: TableTelemetry
    private let isStopping = Atomic<Bool>(false)
    private let hasNews = Atomic<Bool>(false)
    private let wakes = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    init(_ settings: ViewsWriter.Settings, _ store: ViewStore, _ logger: Logger) {
        telemetry = TableTelemetry(logger)
        store.onNews { [weak self] in self?.wake() }
        Thread.detachNewThread { [self] in
            ThreadName.set("postgres")
            // This may be denied, and then the priority stays; 0 names the calling thread.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
            let writer = ViewsWriter(settings, store, telemetry)
            while !isStopping.load(ordering: .relaxed) {
                let waitMs = writer.step()
                _ = wakes.wait(timeout: .now() + .milliseconds(Int(waitMs)))
                hasNews.store(false, ordering: .releasing)
            }
            end.signal()
        }
    }

    /// Called on the workers' threads.
    private func wake() {
        if !hasNews.exchange(true, ordering: .acquiringAndReleasing) { wakes.signal() }
    }

    /// Lets it finish its round, but does not wait long: the server rolls an unfinished one back.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        wakes.signal()
        _ = end.wait(timeout: .now() + .milliseconds(500))
    }
}
