import Inventory
import Logging
import TestSupport

@testable import Pipeline

extension Simulation {
    /// A worker's process. A slot may have two: an evicted one and its replacement.
    final class Process {
        let session: SimSession
        let inbox = WorkerInbox()
        let worker: Worker<SimSession>
        var stalledUntilMs: Int64 = 0
        let telemetry: Telemetry
        let reader = ChangeReader()

        init(_ session: SimSession, _ settings: PipelineSettings, _ catalog: Catalog, _ lines: LineLog? = nil) {
            self.session = session
            let handler: any LogHandler = if let lines { lines } else { SwiftLogNoOpLogHandler() }
            telemetry = Telemetry(logger: Logger(label: "sim", factory: { _ in handler }))
            worker = Worker(
                session: session, settings: settings, catalog: catalog, inbox: inbox, telemetry: telemetry,
                views: ViewFeed(reader.store, worker: 0))
            session.catalog = { [unowned worker] in worker.reference.catalog }
            session.hasWork = { [unowned worker] in worker.transaction.map { $0.records > 0 } ?? false }
            session.isRecovering = { [unowned worker] in
                if case .recovering = worker.assignment { true } else { false }
            }
        }

        /// The worker is rebuilding, or is about to.
        var isRebuilding: Bool {
            if case .recovering = worker.assignment { worker.settings.rebuilds } else { false }
        }
    }
}
