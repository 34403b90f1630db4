import CRDKafka

extension Consumer {
    /// The group's committed offsets; a partition without one is absent. They are stable: librdkafka asks for
    /// that because it reads only committed records, and waits for transactions that are still open.
    public func committed(partitions: [Int32], timeoutMs: Int32) throws(KafkaError) -> [Int32: Int64] {
        try query(partitions.map { PartitionOffset($0, 0) }) { handle, list in
            rd_kafka_committed(handle, list, timeoutMs)
        }
    }

    /// The first offsets whose records are as new as this time; a partition without one is absent.
    public func offsets(forTimestampMs time: Int64, partitions: [Int32], timeoutMs: Int32)
        throws(KafkaError) -> [Int32: Int64]
    {
        try query(partitions.map { PartitionOffset($0, time) }) { handle, list in
            rd_kafka_offsets_for_times(handle, list, timeoutMs)
        }
    }

    /// The ends of a partition as this reader sees them: `high` is the last *stable* offset, behind which
    /// records of open transactions may already stand. `Admin.watermarks` gives the log's true end.
    public func watermarks(of partition: Int32, timeoutMs: Int32) throws(KafkaError) -> Watermarks {
        try client.watermarks(settings.topic, partition, timeoutMs)
    }

    /// How many partitions the topic has; nil when it does not exist.
    public func partitionCount(of topic: String? = nil, timeoutMs: Int32) throws(KafkaError) -> Int? {
        try client.partitionCount(of: topic ?? settings.topic, timeoutMs)
    }

    /// Commits offsets and waits for the coordinator's answer; for delivery without transactions.
    public func commit(_ offsets: [PartitionOffset], deadlineMs: Int32) throws(KafkaError) {
        if offsets.isEmpty { return }
        guard let replies = rd_kafka_queue_new(client.handle) else { return }
        // A reply that comes too late finds its queue gone and is dropped.
        defer { rd_kafka_queue_destroy(replies) }
        let code = OffsetList.with(offsets, topic: settings.topic) {
            rd_kafka_commit_queue(client.handle, $0, replies, nil, nil)
        }
        if let error = KafkaError.describing(code, on: client.handle) { throw error }
        guard let reply = rd_kafka_queue_poll(replies, deadlineMs) else {
            throw .own(
                RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer to the offset commit in \(deadlineMs) ms",
                isRetriable: true)
        }
        defer { rd_kafka_event_destroy(reply) }
        if let error = KafkaError.describing(rd_kafka_event_error(reply), on: client.handle) { throw error }
        let list = rd_kafka_event_topic_partition_list(reply)
        for element in OffsetList.read(list, topic: settings.topic) {
            if let error = KafkaError.describing(element.error, on: client.handle) { throw error }
        }
    }

    /// This member's identity and generation, for `sendOffsets`. Kept until the next rebalance: a transaction
    /// then commits in the name of the generation that its records were read in, or not at all.
    public func groupMetadata() throws(KafkaError) -> GroupMetadata {
        if let cachedMetadata { return cachedMetadata }
        let pointer = client.bounded(limitMs: Self.memoryCallLimitMs) { rd_kafka_consumer_group_metadata($0) }
        guard let pointer else { throw .hung("rd_kafka_consumer_group_metadata") }
        guard let pointer else {
            throw .own(RD_KAFKA_RESP_ERR__STATE, "the consumer is no member of a group")
        }
        let metadata = GroupMetadata(taking: pointer)
        cachedMetadata = metadata
        return metadata
    }

    private func query(
        _ places: [PartitionOffset], _ call: (OpaquePointer, OffsetList.Pointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) -> [Int32: Int64] {
        let list = OffsetList.make(places, topic: settings.topic)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        if let error = KafkaError.describing(call(client.handle, list), on: client.handle) { throw error }
        return try OffsetList.offsets(in: list, topic: settings.topic)
    }
}
