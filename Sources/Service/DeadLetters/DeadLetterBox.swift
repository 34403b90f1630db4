import Kafka
import Logging
public import Pipeline

/// The dead-letter topic of a configuration, open for reading.
public final class DeadLetterBox {
    let configuration: Configuration
    let client: ClientSettings
    let admin: Admin
    let topic: String
    private var cachedRecords: RedriveRecords?

    /// Connects.
    /// - Throws: when no broker answers within `deadlineMs`, and when there is no dead-letter topic.
    public init(_ configuration: Configuration, deadlineMs: Int32 = 10_000) throws(StopReason) {
        guard let topic = configuration.deadLetters.topic else {
            throw StopReason(
                .configuration, "dead_letters.topic is null: bad events are counted and logged, not kept")
        }
        let silent = Logger(label: "dead-letters") { _ in SwiftLogNoOpLogHandler() }
        self.configuration = configuration
        self.topic = topic
        client = configuration.clientSettings(silent)
        let servers = configuration.kafka.bootstrapServers
        let client = client
        admin = try forKafka("kafka.brokers: \(servers)") { () throws(KafkaError) in
            let admin = try Admin(client)
            do throws(KafkaError) {
                try admin.ping(timeoutMs: deadlineMs)
            } catch {
                admin.close(deadlineMs: 1_000)
                throw error
            }
            return admin
        }
    }

    public func close() { admin.close(deadlineMs: 2_000) }

    /// Hands out the dead letters that a filter lets through, those of a partition in order.
    public func forEach(
        _ filter: DeadLetterFilter, _ body: (DeadLetter) throws(StopReason) -> Void
    ) throws(StopReason) {
        let scan = TopicScan(client, admin, topic)
        guard var ranges = try scan.bounds() else {
            throw StopReason(
                .configuration,
                "dead_letters.topic: \(topic) does not exist; the daemon creates it at its start")
        }
        if let positions = filter.positions {
            let byPartition = Dictionary(grouping: positions, by: \.partition).mapValues { $0.map(\.offset) }
            for (partition, held) in ranges {
                let offsets = (byPartition[partition] ?? []).filter(held.contains)
                guard let first = offsets.min(), let last = offsets.max() else {
                    ranges[partition] = nil
                    continue
                }
                ranges[partition] = first..<last + 1
            }
        }
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            let deadLetter = DeadLetter(record)
            if filter.contains(deadLetter) { try body(deadLetter) }
        }
    }

    /// When the dead letter's event was redriven; nil when it was not.
    public func redrivenAt(_ deadLetter: DeadLetter) throws(StopReason) -> String? {
        try records()[deadLetter]?.redrivenAt
    }

    /// What was redriven so far; read once, and again after `forgetRecords`.
    func records() throws(StopReason) -> RedriveRecords {
        if let cachedRecords { return cachedRecords }
        let records = try RedriveRecords(TopicScan(client, admin, configuration.redrivenTopic))
        cachedRecords = records
        return records
    }

    func forgetRecords() { cachedRecords = nil }
}
