internal import Foundation
public import Inventory
public import Kafka
public import Logging
public import Pipeline
import Synchronization

/// A worker on a thread of its own.
public final class WorkerThread: Sendable {
    public let number: Int
    public let inbox = WorkerInbox()
    public let telemetry: Telemetry
    private let result = Mutex<Result<Void, StopReason>?>(nil)
    private let onEnd: @Sendable () -> Void

    /// Starts the worker, which shows in `views` what it commits. `onStep` is called after each of its turns,
    /// `onEnd` once when it has ended, both on its thread.
    public init(
        number: Int, client: ClientSettings, session: KafkaSession.Settings, settings: PipelineSettings,
        catalog: Catalog, admin: Admin, logger: Logger, views: ViewStore? = nil,
        rebuilt: RebuiltPartitions = RebuiltPartitions(),
        onStep: @escaping @Sendable () -> Void = {},
        onEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.number = number
        self.onEnd = onEnd
        telemetry = Telemetry(logger: logger, ids: settings.ids)
        Thread.detachNewThread { [self] in
            ThreadName.set("worker-\(number)")
            let outcome = Result { () throws(StopReason) in
                try run(client, session, settings, catalog, admin, views, rebuilt, onStep)
            }
            result.withLock { $0 = outcome }
            onEnd()
        }
    }

    /// Nil while it runs.
    public var outcome: Result<Void, StopReason>? { result.withLock { $0 } }

    private func run(
        _ client: ClientSettings, _ session: KafkaSession.Settings, _ settings: PipelineSettings,
        _ catalog: Catalog,
        _ admin: Admin, _ views: ViewStore?, _ rebuilt: RebuiltPartitions, _ onStep: () -> Void
    ) throws(StopReason) {
        let kafka: KafkaSession
        do throws(SessionFailure) {
            kafka = try KafkaSession(client, session, admin: admin)
        } catch {
            throw StopReason(.configuration, error.message)
        }
        defer { kafka.close() }
        let worker = KafkaWorker(
            session: kafka, settings: settings, catalog: catalog, inbox: inbox, telemetry: telemetry,
            views: views.map { ViewFeed($0, worker: number) }, rebuilt: rebuilt)
        while try worker.step() { onStep() }
    }
}
