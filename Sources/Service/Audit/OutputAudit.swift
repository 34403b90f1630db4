import Inventory
import Kafka
import Pipeline
import Postgres
import Wire

/// The topics that stockd publishes.
struct OutputAudit {
    private let configuration: Configuration
    private let client: ClientSettings
    private let admin: Admin
    private let timeoutMs: Int32
    /// What the topics held before the state was read, by their names.
    private let bounds: [String: [Int32: Range<Int64>]]
    private let isCompacted: Bool
    private var alerts: AlertTopicAudit?
    private var stock: TableTopicAudit?
    private var rollup: TableTopicAudit?

    /// Notes where the topics end now.
    /// - Parameter stable: sees a log's end before every open transaction.
    init(
        _ configuration: Configuration, _ client: ClientSettings, _ stable: Admin, _ admin: Admin, _ timeoutMs: Int32
    ) throws(StopReason) {
        self.configuration = configuration
        self.client = client
        self.admin = admin
        self.timeoutMs = timeoutMs
        let topics = [
            configuration.alerts.topic, configuration.outputs.stockLevelsTopic, configuration.outputs.rollupTopic,
        ]
        var bounds: [String: [Int32: Range<Int64>]] = [:]
        for topic in topics.compactMap({ $0 }) {
            guard let found = try TopicScan(client, stable, topic, timeoutMs: timeoutMs).bounds() else {
                throw StopReason(.configuration, "the topic \(topic) does not exist, so there is nothing to compare")
            }
            bounds[topic] = found
        }
        self.bounds = bounds
        let topic = configuration.alerts.topic
        let settings = try forKafka(topic) { () throws(KafkaError) in
            try admin.settings(of: [topic], timeoutMs: 3_000)
        }
        isCompacted = settings[topic]?["cleanup.policy"]?.contains("compact") ?? false
    }

    /// Reads the topics.
    mutating func read(
        upTo state: StateCut, _ tables: TablesAudit?, _ report: inout AuditReport
    ) throws(StopReason) {
        let topic = configuration.alerts.topic
        var alerts = AlertTopicAudit(
            configuration, bounds: bounds[topic] ?? [:], isCompacted: isCompacted, committed: state.positions)
        var changes = tables?.alertChanges(topic, bounds[topic] ?? [:], isCompacted: isCompacted)
        try scan(topic) { (record) throws(StopReason) in
            alerts.take(record, &report)
            try changes?.take(record, &report)
        }
        try changes?.finish(&report)
        alerts.claims.sort()
        self.alerts = alerts
        stock = try read(.stockTopic, configuration.outputs.stockLevelsTopic)
        rollup = try read(.rollupTopic, configuration.outputs.rollupTopic)
    }

    private func read(_ subject: AuditReport.Subject, _ topic: String?) throws(StopReason) -> TableTopicAudit? {
        guard let topic else { return nil }
        var table = TableTopicAudit(subject, topic: topic, bounds: bounds[topic] ?? [:])
        try scan(topic) { (record) throws(StopReason) in table.take(record) }
        return table
    }

    private func scan(_ topic: String, _ body: (Record) throws(StopReason) -> Void) throws(StopReason) {
        let scan = TopicScan(client, admin, topic, timeoutMs: timeoutMs)
        try scan.forEach(in: try scan.bounds() ?? [:], body)
    }

    /// Compares what messages say of the event that was just applied.
    mutating func compareClaims(at source: Source, _ replay: EventReplay, _ report: inout AuditReport) {
        alerts?.claims.compare(at: source, replay, configuration.alerts.topic, configuration.ids.table, &report)
    }

    /// Compares what the topics hold with the rows as of the committed offsets.
    mutating func conclude(_ replay: EventReplay, _ state: StateCut, _ report: inout AuditReport) {
        alerts?.conclude(replay, incidents: state.incidents, &report)
        var encoder = MessageEncoder(configuration.ids.table)
        for shard in replay.shardPartitions.indices {
            if stock != nil {
                replay.forEachStockRow(ofShard: shard) { row in
                    encoder.stock(row.pair, row) { key, value in
                        if let value { stock?.compare(key: key, value: value, &report) }
                    }
                }
            }
            if rollup != nil {
                replay.forEachRollupRow(ofShard: shard) { row in
                    encoder.rollup(row.product.id, row) { key, value in
                        if let value { rollup?.compare(key: key, value: value, &report) }
                    }
                }
            }
        }
        stock?.concludeRest(&report)
        rollup?.concludeRest(&report)
    }
}
