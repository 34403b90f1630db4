import Foundation
public import Inventory
import Synchronization

/// The latest statistics of each librdkafka client, as it hands them out: JSON. They are read when someone asks,
/// not when they come, which is on a worker's thread.
public final class StatisticsShelf: Sendable {
    private let texts = Mutex<[String: String]>([:])

    public init() {}

    /// - Parameter client: the client's name for people, `worker0-consumer`.
    public func put(_ json: String, of client: String) { texts.withLock { $0[client] = json } }

    /// By client.
    public var latest: [String: KafkaStatistics] {
        let texts = texts.withLock { $0 }
        return texts.compactMapValues { try? JSONDecoder().decode(KafkaStatistics.self, from: Data($0.utf8)) }
    }
}

/// What of librdkafka's statistics an operator needs, by its documented names (STATISTICS.md).
public struct KafkaStatistics: Decodable, Sendable {
    struct Window: Decodable, Sendable {
        /// Microseconds for round trips, milliseconds for throttling.
        var p99: Int64
    }

    struct Broker: Decodable, Sendable {
        var nodeid: Int64
        var state: String
        var txbytes: Int64
        var rxbytes: Int64
        var txerrs: Int64
        var rxerrs: Int64
        var txretries: Int64
        var reqTimeouts: Int64
        var rtt: Window?
        var throttle: Window?

        enum CodingKeys: String, CodingKey {
            case nodeid, state, txbytes, rxbytes, txerrs, rxerrs, txretries, rtt, throttle
            case reqTimeouts = "req_timeouts"
        }
    }

    struct Place: Decodable, Sendable {
        var partition: Int32
        var fetchQueueCount: Int64
        var fetchQueueSize: Int64
        /// The next offset to be fetched.
        var nextOffset: Int64
        /// The offset after the last record handed on; negative before the first.
        var appOffset: Int64

        enum CodingKeys: String, CodingKey {
            case partition
            case fetchQueueCount = "fetchq_cnt"
            case fetchQueueSize = "fetchq_size"
            case nextOffset = "next_offset"
            case appOffset = "app_offset"
        }
    }

    struct Topic: Decodable, Sendable {
        var partitions: [String: Place]
    }

    var messageCount: Int64
    var messageSize: Int64
    var brokers: [String: Broker]
    var topics: [String: Topic]

    enum CodingKeys: String, CodingKey {
        case brokers, topics
        case messageCount = "msg_cnt"
        case messageSize = "msg_size"
    }

    /// Where a consumer that has handed on all it fetched stands. Past its last record there may be offsets no
    /// reader ever gets: a transaction's marks, records that were compacted away.
    public func position(topic: String, _ partition: Partition, committed: Int64) -> Int64 {
        guard let place = topics[topic]?.partitions["\(partition.rawValue)"], place.fetchQueueCount == 0,
            place.appOffset < 0 || committed >= place.appOffset
        else { return committed }
        return max(committed, place.nextOffset)
    }
}
