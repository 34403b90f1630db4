import ClusterSupport
import Foundation
import Inventory
import Kafka
import Pipeline
import Service
import TestSupport

/// A worker on topics of its own, with a producer for its input and readers for its output.
final class Rig {
    let cluster: TestCluster
    let name: String
    let catalog: Catalog
    let admin: Admin
    private let orders: MessageSender
    private let partitions: Int32
    private(set) var worker: WorkerThread?
    /// Holds the views that the worker publishes.
    private var store = ViewStore(workers: 1)
    /// How long Kafka may take for a query or a transactional call.
    var deadlineMs: Int32 = 10_000

    init(
        _ stem: String, partitions: Int32 = 3, catalog: Catalog, isEmbedded: Bool = false
    ) throws {
        cluster = try TestCluster(isEmbedded: isEmbedded)
        name = TestCluster.unique(stem)
        self.catalog = catalog
        self.partitions = partitions
        admin = try Admin(cluster.client())
        let topics = Self.topics(of: name).values.map {
            TopicSpec($0, partitions: partitions, replicationFactor: 1)
        }
        try cluster.create(topics, admin)
        orders = try MessageSender(cluster, topic: "\(name)-in")
    }

    static func topics(of name: String) -> [Topic: String] {
        [
            .input: "\(name)-in", .alerts: "\(name)-alerts", .state: "\(name)-state",
            .deadLetters: "\(name)-dlq",
        ]
    }

    func topic(_ topic: Topic) -> String { Self.topics(of: name)[topic] ?? "" }

    // MARK: The worker

    func start(_ change: (inout PipelineSettings) -> Void = { _ in }) {
        var settings = PipelineSettings()
        settings.inputTopic = topic(.input)
        settings.stateTopic = topic(.state)
        change(&settings)
        var session = KafkaSession.Settings(
            topics: Self.topics(of: name), consumer: ConsumerSettings(groupID: name, topic: topic(.input)),
            producer: ProducerSettings(transactionalID: "\(name)-0"))
        session.deadlineMs = deadlineMs
        store = ViewStore(workers: 1)
        worker = WorkerThread(
            number: 0, client: cluster.client(), session: session, settings: settings, catalog: catalog,
            admin: admin,
            logger: TestCluster.logger, views: store)
    }

    var counts: Telemetry.Counts {
        get throws { try worker?.telemetry.snapshot ?? { throw Failure("no worker runs") }() }
    }

    /// Stops the worker; it must end by itself and in good order.
    func stop() throws {
        guard let worker else { return }
        worker.inbox.stop()
        let outcome = try eventually("the worker ends", within: 90) { worker.outcome }
        self.worker = nil
        try outcome.get()
    }

    func close() {
        if let worker {
            worker.inbox.stop()
            _ = try? eventually("the worker ends", within: 90) { worker.outcome }
        }
        orders.close()
        admin.close(deadlineMs: 1_000)
        cluster.close()
    }

    // MARK: Orders

    /// Hands a message over without waiting for it.
    func post(
        _ value: [UInt8]?, key: [UInt8]? = nil, partition: Int32, headers: [Header] = [],
        timestampMs: Int64? = nil
    ) throws {
        try orders.post(value, key: key, partition: partition, headers: headers, timestampMs: timestampMs)
    }

    func post(_ order: Order) throws {
        try post(Array(order.json.utf8), partition: Int32(order.id % Int64(partitions)))
    }

    func flush() throws { try orders.flush() }

    func send(_ orders: [Order]) throws {
        for order in orders { try post(order) }
        try flush()
    }

    // MARK: Views

    /// The views as of one commit.
    func views() throws -> WorkerSnapshot {
        guard let worker else { throw Failure("no worker runs") }
        return try eventually("the views are shown") {
            if case .failure(let stop) = worker.outcome { throw stop }
            return store.snapshot().workers[0]
        }
    }

    /// The views once everything that was sent is committed.
    func settledViews(within seconds: Double = 60) throws -> WorkerSnapshot {
        var ends: [Partition: Int64] = [:]
        for partition in 0..<partitions {
            let marks = try admin.watermarks(of: topic(.input), partition, timeoutMs: 10_000)
            ends[Partition(partition)] = marks.high
        }
        return try eventually("everything is committed", within: seconds) {
            let views = try views()
            let reached = Dictionary(
                uniqueKeysWithValues: views.positions.map { ($0.partition, $0.offset.rawValue) })
            return reached == ends ? views : nil
        }
    }
}
