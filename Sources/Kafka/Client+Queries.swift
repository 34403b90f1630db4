import CRDKafka
import Glibc

extension Client {
    /// The ends of a partition, asked from its leader; `high` follows the client's isolation level.
    ///
    /// While a topic's leader is not known or moves, it asks again within the time given.
    func watermarks(_ topic: String, _ partition: Int32, _ timeoutMs: Int32) throws(KafkaError) -> Watermarks {
        let deadline = Deadline(afterMs: timeoutMs)
        while true {
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_query_watermark_offsets(
                handle, topic, partition, &low, &high, max(1, deadline.remainingMs))
            guard let error = KafkaError.describing(code, on: handle) else {
                context.connection.up()
                return Watermarks(low: low, high: high)
            }
            guard Self.isLeaderUnsettled(code), deadline.remainingMs > Self.leaderPauseMs else { throw error }
            usleep(UInt32(Self.leaderPauseMs) * 1_000)
        }
    }

    /// The first offsets whose records are as new as a time; a partition without one is absent.
    func offsets(
        of topic: String, forTimestampMs time: Int64, _ partitions: [Int32], _ timeoutMs: Int32
    ) throws(KafkaError) -> [Int32: Int64] {
        let list = OffsetList.make(partitions.map { PartitionOffset($0, time) }, topic: topic)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let code = rd_kafka_offsets_for_times(handle, list, timeoutMs)
        if let error = KafkaError.describing(code, on: handle) { throw error }
        return try OffsetList.offsets(in: list, topic: topic)
    }

    private static let leaderPauseMs: Int32 = 50

    private static func isLeaderUnsettled(_ code: rd_kafka_resp_err_t) -> Bool {
        code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
    }

    /// The ids of the brokers that there are at present; throws why that cannot be asked.
    func brokerIDs(_ timeoutMs: Int32) throws(KafkaError) -> [Int32] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle, 0, nil, &metadata, timeoutMs)
        if let error = KafkaError.describing(code, on: handle) { throw error }
        defer { rd_kafka_metadata_destroy(metadata) }
        context.connection.up()
        return (0..<Int(metadata?.pointee.broker_cnt ?? 0)).compactMap { metadata?.pointee.brokers[$0].id }
    }

    /// The log's end in the last fetch response; nil before the first. Costs no network call.
    func fetchedEnd(of topic: String, _ partition: Int32) -> Int64? {
        var (low, high): (Int64, Int64) = (-1, -1)
        let code = rd_kafka_get_watermark_offsets(handle, topic, partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// A topic's partition count; nil when it does not exist.
    func partitionCount(of topic: String, _ timeoutMs: Int32) throws(KafkaError) -> Int? {
        guard let topicHandle = rd_kafka_topic_new(handle, topic, nil) else {
            throw .own(rd_kafka_last_error(), "topic name \(topic) is not valid")
        }
        defer { rd_kafka_topic_destroy(topicHandle) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle, 0, topicHandle, &metadata, timeoutMs)
        if let error = KafkaError.describing(code, on: handle) { throw error }
        defer { rd_kafka_metadata_destroy(metadata) }
        context.connection.up()
        guard let metadata, metadata.pointee.topic_cnt == 1 else { return nil }
        let found = metadata.pointee.topics[0]
        switch found.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return Int(found.partition_cnt)
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: return nil
        default:
            throw KafkaError(found.err, message: "topic \(topic): \(String(cString: rd_kafka_err2str(found.err)))")
        }
    }
}
