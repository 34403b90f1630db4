import AllocationCounter
import BenchmarkInput
import Inventory
import Kafka
import Logging
import Pipeline

/// The daemon's worker on topics of its own, driven by the caller.
struct StockdWorker {
    let worker: KafkaWorker
    let session: KafkaSession
    let telemetry: Telemetry
    private let admin: Admin

    /// - Parameters:
    ///   - tag: names the group and, with their endings, all topics but the input.
    ///   - isShop: the input is that of a shop, keyed by product.
    init(
        _ client: ClientSettings, input: String, tag: String, pairs: Int, ids: IDs = .integers, isShop: Bool = false,
        checkpointIntervalMs: Int64 = 5_000
    ) throws {
        var settings = PipelineSettings()
        settings.inputTopic = input
        settings.ids = ids
        settings.keyedBy = isShop ? .product : .none
        settings.checkpointIntervalMs = checkpointIntervalMs
        settings.stateTopic = "\(tag)-state"
        let names: [Topic: String] = [
            .input: input, .state: settings.stateTopic, .alerts: "\(tag)-alerts", .deadLetters: "\(tag)-dlq",
        ]
        admin = try Admin(client)
        session = try KafkaSession(
            client,
            KafkaSession.Settings(
                topics: names, consumer: ConsumerSettings(groupID: tag, topic: input),
                producer: ProducerSettings(transactionalID: tag)),
            admin: admin)
        telemetry = Telemetry(logger: client.logger)
        worker = KafkaWorker(
            session: session, settings: settings, catalog: EventText.catalog(pairs: pairs, ids, ofShop: isShop),
            inbox: WorkerInbox(),
            telemetry: telemetry)
    }

    /// Steps until the state is recovered and partitions are being read.
    func start(limitNs: Int64) throws {
        let begun = wall_ns()
        while !telemetry.snapshot.isRunning {
            if wall_ns() - begun > limitNs { throw BenchFailure(telemetry.snapshot.status) }
            _ = try worker.step()
        }
    }

    func close() {
        session.close()
        admin.close(deadlineMs: 2_000)
    }
}
