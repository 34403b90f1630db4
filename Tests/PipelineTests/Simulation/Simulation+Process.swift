import Inventory
import Logging
import TestSupport

@testable import Pipeline

extension Simulation {
    /// A worker's rows as the history knows their ids.
    struct View {
        var stock: [StockRow]
        var rollup: [RollupRow]
        var positions: [PartitionPosition]
    }

    /// A worker's process. A slot may have two: an evicted one and its replacement.
    final class Process {
        let session: SimSession
        let inbox = WorkerInbox()
        let worker: Worker<SimSession>
        var stalledUntilMs: Int64 = 0
        let telemetry: Telemetry
        let reader = ChangeReader()
        let names: SimIDs
        var ids: IDs { worker.settings.ids }

        init(
            _ session: SimSession, _ settings: PipelineSettings, _ catalog: Catalog, _ lines: LineLog? = nil,
            _ names: SimIDs = SimIDs()
        ) {
            self.session = session
            self.names = names
            let handler: any LogHandler = if let lines { lines } else { SwiftLogNoOpLogHandler() }
            telemetry = Telemetry(logger: Logger(label: "sim", factory: { _ in handler }))
            worker = Worker(
                session: session, settings: settings, catalog: catalog, inbox: inbox, telemetry: telemetry,
                views: ViewFeed(reader.store, worker: 0))
            let catalogs = SimCatalogs(names, settings.ids)
            session.catalog = { [unowned worker] in catalogs.known(worker.reference.catalog) }
            session.hasWork = { [unowned worker] in worker.transaction.map { $0.records > 0 } ?? false }
            session.isRecovering = { [unowned worker] in
                if case .recovering = worker.assignment { true } else { false }
            }
        }

        func adopt(_ catalog: Catalog) { inbox.adopt(names.catalog(catalog, of: ids)) }

        /// What the worker shows; nil before it shows anything.
        var view: View? {
            guard let snapshot = reader.store.snapshot().workers[0] else { return nil }
            return View(
                stock: snapshot.stock.map { row in
                    var row = row
                    row.product = names.known(row.product, of: ids)
                    row.warehouse = names.known(row.warehouse, of: ids)
                    return row
                },
                rollup: snapshot.rollup.map { row in
                    var row = row
                    row.product = names.known(row.product, of: ids)
                    return row
                }, positions: snapshot.positions)
        }

        /// The worker is rebuilding, or is about to.
        var isRebuilding: Bool {
            if case .recovering = worker.assignment { worker.settings.rebuilds } else { false }
        }
    }
}
