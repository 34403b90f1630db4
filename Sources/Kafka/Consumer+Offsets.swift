import CRDKafka

extension Consumer {
    /// The group's committed offsets; a partition without one is absent. A read_committed librdkafka asks for stable
    /// offsets, and so waits for transactions that are still open.
    public func committed(partitions: [Int32], timeoutMs: Int32) throws(KafkaError) -> [Int32: Int64] {
        try query(partitions.map { PartitionOffset($0, 0) }) { handle, list in
            rd_kafka_committed(handle, list, timeoutMs)
        }
    }

    /// The first offsets whose records are as new as this time; a partition without one is absent.
    public func offsets(forTimestampMs time: Int64, partitions: [Int32], timeoutMs: Int32)
        throws(KafkaError) -> [Int32: Int64]
    {
        try client.offsets(of: settings.topic, forTimestampMs: time, partitions, timeoutMs)
    }

    /// The ends of a partition as this reader sees them: `high` is the last *stable* offset, behind which there may
    /// be records of open transactions. `Admin.watermarks` gives the log's true end.
    public func watermarks(of partition: Int32, timeoutMs: Int32) throws(KafkaError) -> Watermarks {
        try client.watermarks(settings.topic, partition, timeoutMs)
    }

    /// This member's identity and generation, for `sendOffsets`. Kept until the next rebalance, so that a transaction
    /// commits under the generation that read its records, or not at all.
    public func groupMetadata() throws(KafkaError) -> GroupMetadata {
        if let cachedMetadata { return cachedMetadata }
        let pointer = client.bounded(limitMs: Self.memoryCallLimitMs) { rd_kafka_consumer_group_metadata($0) }
        guard let pointer else { throw .hung("rd_kafka_consumer_group_metadata") }
        guard let pointer else {
            throw .own(RD_KAFKA_RESP_ERR__STATE, "the consumer is not a member of a group")
        }
        let metadata = GroupMetadata(taking: pointer)
        cachedMetadata = metadata
        return metadata
    }

    private func query(
        _ offsets: [PartitionOffset], _ call: (OpaquePointer, OffsetList.Pointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) -> [Int32: Int64] {
        let list = OffsetList.make(offsets, topic: settings.topic)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        if let error = KafkaError.describing(call(client.handle, list), on: client.handle) { throw error }
        return try OffsetList.offsets(in: list, topic: settings.topic)
    }
}
