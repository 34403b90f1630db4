import Logging

@testable import Inventory
@testable import Pipeline

extension Simulation {
    /// A worker's process, of which one slot may have two: an evicted one and its replacement.
    final class Process {
        let log: SimLog
        let inbox = WorkerInbox()
        let worker: Worker<SimLog>
        var stalledUntilMs: Int64 = 0
        /// Of the checkpoint under way something was copied.
        var hasCopied = false
        let telemetry: Telemetry
        let reader = ChangeReader()
        /// What it logs, where somebody reads it.
        private let lines: LineLog?

        init(_ log: SimLog, _ settings: PipelineSettings, _ catalog: Catalog, _ lines: LineLog? = nil) {
            self.log = log
            self.lines = lines
            let handler: any LogHandler = if let lines { lines } else { SwiftLogNoOpLogHandler() }
            telemetry = Telemetry(logger: Logger(label: "sim", factory: { _ in handler }))
            worker = Worker(
                log: log, settings: settings, catalog: catalog, inbox: inbox, telemetry: telemetry,
                views: ViewFeed(reader.store, worker: 0))
            log.isTransactional = settings.delivery == .exactlyOnce
            log.isKeyedByProduct = settings.keyedBy == .product
            log.mayGoBack = { [unowned worker] in
                worker.limit.room(.max, after: 0) < TransactionLimit().room(.max, after: 0)
            }
            log.catalog = { [unowned worker] in worker.catalog }
            log.hasWork = { [unowned worker] in worker.transaction.hasWork }
            log.isMidCheckpoint = { [unowned worker] in worker.isCheckpointUnderWay }
            log.isRecovering = { [unowned worker] in
                if case .recovering = worker.phase { true } else { false }
            }
        }

        func takeRecomputing() -> String? {
            defer { lines?.removeAll() }
            return lines?.lines.first { $0.contains("computing the state from the log's beginning") }
        }

        /// Lets the worker take a turn.
        func step() throws(WorkerStop) -> Bool {
            let before = worker.shards
            let doubtful = before.map { !$0.doubts.isEmpty }
            let cluster = log.cluster
            if worker.isBehindIntents, worker.transaction.hasWork {
                cluster.coverage.reached(.heldBackBehindIntents)
            }
            defer {
                for shard in worker.shards {
                    let index = before.firstIndex { $0 === shard }
                    switch (index.map { doubtful[$0] }, !shard.doubts.isEmpty) {
                    case (nil, true): cluster.coverage.reached(.foundInDoubt)
                    case (false, true): cluster.coverage.reached(.leftInDoubt)
                    case (true, false): cluster.coverage.reached(.doubtSettled)
                    default: break
                    }
                }
            }
            return try worker.step()
        }
    }

    /// Without transactions a checkpoint that another worker wrote over is computed again. In a history nobody who was
    /// thought dead writes on, so that the worker's own order of records must be enough.
    func lookForRecomputing(_ process: Process) {
        guard settings.delivery == .atLeastOnce, let line = process.takeRecomputing() else { return }
        cluster.violated("\(process.log.name), though nobody wrote over it: \(line)")
    }

    /// What was copied of a checkpoint is only read if its worker dies before the next one is whole.
    func lookAtCheckpoint(_ process: Process) {
        if process.worker.shards.contains(where: { $0.aggregate.snapshotCopyCount > 0 }) {
            cluster.coverage.reached(.checkpointCopied)
        }
        if process.worker.shards.contains(where: { $0.aggregate.snapshot?.cellCopies.isEmpty == false }) {
            cluster.coverage.reached(.cellsCopied)
            process.hasCopied = true
        }
        if process.hasCopied, !process.worker.isCheckpointUnderWay {
            process.hasCopied = false
            guard cluster.faults.isOn, cluster.faults.kill > 0, cluster.random.happens(600) else { return }
            cluster.coverage.reached(.killedAfterCopies)
            process.log.die()
        }
    }
}
