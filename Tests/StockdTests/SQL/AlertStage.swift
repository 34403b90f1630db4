import ClusterSupport
import Foundation
import Inventory
import Kafka
import Logging
import Postgres
import PostgresSupport
import TestSupport

@testable import Service

/// An alert topic, a database, and any number of processes' threads that carry the one to the other.
final class AlertStage {
    let cluster: TestCluster
    let topic: String
    let server: TestServer
    let database: String
    let log = LineLog()
    private let admin: Admin
    private let sender: MessageSender
    private let partitions: Int32
    private var sent = 0
    private var histories: [AlertHistory] = []
    private let schema = Schema("stockd", .integers)

    init(_ stem: String, server: TestServer? = nil, partitions: Int32 = 3, isEmbedded: Bool = false) throws {
        cluster = try TestCluster(isEmbedded: isEmbedded)
        topic = TestCluster.unique(stem)
        self.server = try server ?? TestServer.shared.get()
        database = try self.server.makeDatabase()
        admin = try Admin(cluster.client())
        self.partitions = partitions
        try cluster.create([TopicSpec(topic, partitions: partitions, replicationFactor: 1)], admin)
        sender = try MessageSender(cluster, topic: topic)
    }

    /// One process's part.
    func history(_ writer: String, intervalMs: Int64 = 10, topic: String? = nil) -> AlertHistory {
        let source = ViewsSource(inputTopic: "in", groupID: "stockd", stateTopic: "state", keyedBy: "none")
        let schema = schema
        let settings = AlertHistory.Settings(
            table: AlertChangeTable(schema, topic: topic ?? self.topic, writer: writer), topic: topic ?? self.topic,
            server: ConnectionSettings(url: server.url(database)), client: cluster.client(), intervalMs: intervalMs,
            prepare: { try schema.prepare($0, for: source, creates: true) })
        let history = AlertHistory(settings, log.logger)
        histories.append(history)
        history.start()
        return history
    }

    /// Sends so many changes; each says its number as its stock.
    func send(_ count: Int, padding: String = "") throws {
        for _ in 0..<count {
            let product = sent % 7
            let value = """
                {"change":"UPDATED","product_id":\(product),"product_name":"\(padding)","category":null,"warehouse_id":1,\
                "warehouse_name":null,"current_stock":\(sent),"reorder_threshold":9,"last_updated":"2026-03-30T12:30:00Z",\
                "units_below_threshold":1,"alert_severity":"LOW","previous_severity":"LOW","previous_oversold_units":0,\
                "oversold_units":0,"since":"2026-03-30T12:30:00Z","incident":1,"source":null}
                """
            let key = #"{"product_id":\#(product),"warehouse_id":1}"#
            try sender.post(Array(value.utf8), key: Array(key.utf8), partition: Int32(product) % partitions)
            sent += 1
        }
        try sender.flush()
    }

    func send(foreign value: String) throws {
        try sender.send(Array(value.utf8), key: nil, partition: 0)
    }

    func connect() throws -> Connection { try server.connect(database) }

    /// What the table must be: every message of the topic, in the order of its partitions and offsets.
    func expected() throws -> [[String?]] {
        try cluster.read(topic, admin).map { message in
            let stock = AlertBook.integer(try message.fields["current_stock"]).map(String.init)
            return ["\(message.partition)", "\(message.offset)", stock, "\(message.timestampMs)"]
        }
    }

    func rows() throws -> [[String?]] {
        try connect().run(
            """
            SELECT topic_partition, topic_offset, current_stock, (extract(epoch FROM committed_at) * 1000)::bigint
            FROM stockd.alert_changes ORDER BY 1, 2
            """
        ).rows
    }

    func count() throws -> Int {
        try connect().run("SELECT count(*) FROM stockd.alert_changes").first?[0].flatMap { Int($0) } ?? 0
    }

    /// Waits until there are as many rows as messages were sent.
    func settle(within seconds: Double = 60) throws {
        let wanted = sent
        try eventually("\(wanted) rows are written", within: seconds) { () -> Void? in
            usleep(50_000)
            return (try? count()).map { $0 >= wanted } == true ? () : nil
        }
    }

    func close() {
        for history in histories { history.stop() }
        sender.close()
        admin.close(deadlineMs: 1_000)
        cluster.close()
    }
}
