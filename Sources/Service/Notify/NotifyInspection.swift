internal import Foundation
public import Kafka
public import Notify
public import Pipeline

extension NotifySummary {
    /// Reads the state topic of `stockd notify` from outside, as any other consumer could.
    public static func read(_ configuration: Configuration, client: ClientSettings) throws(StopReason) -> NotifySummary
    {
        let admin = try forKafka("kafka.properties") { () throws(KafkaError) in try Admin(client) }
        defer { admin.close(deadlineMs: 2_000) }
        let topic = configuration.notifyStateTopic
        let patience = configuration.kafka.brokerDeadline ?? .seconds(10)
        let scan = TopicScan(client, admin, topic, timeoutMs: Int32(clamping: patience.milliseconds))
        guard let ranges = try scan.bounds() else {
            throw StopReason(
                .configuration, "notify.state_topic: \(topic) does not exist: no stockd notify of this group has run")
        }
        var summary = NotifySummary()
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            guard let key = record.key else { return }
            guard summary.add(key: Data(key), partition: record.partition, value: record.value.map { Data($0) }) else {
                throw StopReason(
                    .configuration,
                    "notify.state_topic: \(topic)[\(record.partition)]@\(record.offset) is no record of this release")
            }
        }
        return summary
    }
}
