import Inventory
import Logging

@testable import Pipeline

extension Simulation {
    /// A worker's process, of which one slot may have two: an evicted one and its replacement.
    final class Process {
        let log: SimLog
        let inbox = WorkerInbox()
        let worker: Worker<SimLog>
        var stalledUntilMs: Int64 = 0
        let telemetry: Telemetry
        let reader = ChangeReader()

        init(_ log: SimLog, _ settings: PipelineSettings, _ catalog: Catalog, _ lines: LineLog? = nil) {
            self.log = log
            let handler: any LogHandler = if let lines { lines } else { SwiftLogNoOpLogHandler() }
            telemetry = Telemetry(logger: Logger(label: "sim", factory: { _ in handler }))
            worker = Worker(
                log: log, settings: settings, catalog: catalog, inbox: inbox, telemetry: telemetry,
                views: ViewFeed(reader.store, worker: 0))
            log.isTransactional = settings.delivery == .exactlyOnce
            log.catalog = { [unowned worker] in worker.catalog }
            log.hasWork = { [unowned worker] in worker.transaction.hasWork }
            log.isMidCheckpoint = { [unowned worker] in worker.isCheckpointUnderWay }
            log.isRecovering = { [unowned worker] in
                if case .recovering = worker.phase { true } else { false }
            }
        }
    }
}
