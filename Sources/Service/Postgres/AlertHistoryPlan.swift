import Kafka
import Postgres

/// Where to read on in each partition of the alert topic.
struct AlertHistoryPlan {
    /// Messages that the topic no longer holds and the table lacks.
    struct Gap {
        var partition: Int32
        var from: Int64
        var to: Int64
    }

    /// The next offset of each partition.
    private(set) var positions: [Int32: Int64] = [:]
    /// Where reading begins: with the last message that was written, if it is still there.
    private(set) var reading: [PartitionOffset] = []
    /// That message's timestamp.
    private(set) var unverified: [Int32: Int64] = [:]
    /// The positions that the database has to be told.
    private(set) var starts: [Int32: Int64] = [:]
    private(set) var gaps: [Gap] = []

    /// - Parameter bounds: which offsets each partition holds.
    init(_ known: [Int32: AlertChangeTable.Position], _ bounds: [Int32: Watermarks], _ topic: String)
        throws(PostgresError)
    {
        for (partition, position) in known {
            // Without its partitions the topic is being created, or gone.
            guard let held = bounds[partition], position.next <= held.high else {
                throw Self.recreated(topic, partition)
            }
        }
        for (partition, held) in bounds {
            guard let position = known[partition] else {
                starts[partition] = held.low
                add(partition, held.low)
                continue
            }
            if position.next < held.low {
                starts[partition] = held.low
                gaps.append(Gap(partition: partition, from: position.next, to: held.low))
                add(partition, held.low)
            } else if let writtenAtMs = position.writtenAtMs, position.next > held.low {
                unverified[partition] = writtenAtMs
                positions[partition] = position.next
                reading.append(PartitionOffset(partition, position.next - 1))
            } else {
                add(partition, position.next)
            }
        }
    }

    private mutating func add(_ partition: Int32, _ next: Int64) {
        positions[partition] = next
        reading.append(PartitionOffset(partition, next))
    }

    static func recreated(_ topic: String, _ partition: Int32) -> PostgresError {
        PostgresError(
            refusal: "the topic \(topic) was recreated: alert_changes holds other messages of its partition "
                + "\(partition). \(AlertChangeTable.wayOut)")
    }
}
