import Inventory
import Pipeline

extension CommitChecker {
    /// Without transactions there are no commits to hold against the specification, only what is there at the end:
    /// nothing is missing, and what is published last of each pair is right, however often it was said.
    mutating func checkWhole(_ cluster: SimCluster) {
        let whole = SimTransaction(number: 0, id: "everything", startedMs: 0)
        whole.offsets = cluster.groupOffsets
        for topic in [Topic.deadLetters, .state] {
            for partition in cluster.topics[topic]! {
                whole.records += partition.committedRecords.map { (topic, $0) }
            }
        }
        advance(whole)
        checkDeadLetters(whole)
        for partition in cluster.topics[.alerts]! {
            for record in partition.committedRecords {
                guard let key = FlatJSON(record.key), let pair = Self.pair(key) else {
                    report("an alert's key cannot be read")
                    continue
                }
                let message = FlatJSON(record.value)
                let severity = message?["alert_severity"]
                if published[pair]?.columns == message?.fields ?? [:] { reached(.repeatedChange) }
                published[pair] = Published(severity: severity, columns: message?.fields ?? [:])
            }
        }
    }
}
