import Foundation
public import Inventory
import Synchronization

/// The latest statistics of each librdkafka client, as JSON. They arrive on a worker's thread, so they are decoded
/// only when someone asks.
public final class StatisticsShelf: Sendable {
    private let texts = Mutex<[String: String]>([:])

    public init() {}

    /// - Parameter client: the client's name for people, `worker0-consumer`.
    public func put(_ json: String, of client: String) { texts.withLock { $0[client] = json } }

    /// By client.
    public var latest: [String: KafkaStatistics] {
        let texts = texts.withLock { $0 }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return texts.compactMapValues { try? decoder.decode(KafkaStatistics.self, from: Data($0.utf8)) }
    }
}

/// The part of librdkafka's statistics that an operator needs, by its documented names (STATISTICS.md).
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
    }

    struct PartitionState: Decodable, Sendable {
        var partition: Int32
        var fetchqCnt: Int64
        var fetchqSize: Int64
        /// The next offset to be fetched.
        var nextOffset: Int64
        /// The offset after the last record handed on; negative before the first.
        var appOffset: Int64
    }

    struct Topic: Decodable, Sendable {
        var partitions: [String: PartitionState]
    }

    var msgCnt: Int64
    var msgSize: Int64
    var brokers: [String: Broker]
    var topics: [String: Topic]

    /// The position of a consumer that has handed on all it fetched. Past its last record there may be offsets no
    /// reader ever gets: a transaction's control records, records that were compacted away.
    public func position(topic: String, _ partition: Partition, committed: Int64) -> Int64 {
        guard let state = topics[topic]?.partitions["\(partition.rawValue)"], state.fetchqCnt == 0,
            state.appOffset < 0 || committed >= state.appOffset
        else { return committed }
        return max(committed, state.nextOffset)
    }
}
