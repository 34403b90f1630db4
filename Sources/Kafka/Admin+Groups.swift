import CRDKafka

extension Admin {
    /// A group's committed, stable offsets, asked from outside the group; a partition without one is absent.
    public func committed(by group: String, topic: String, partitions: [Int32], timeoutMs: Int32)
        throws(KafkaError) -> [Int32: Int64]
    {
        let offsets = partitions.map { PartitionOffset($0, 0) }
        var request = OffsetList.with(offsets, topic: topic) {
            rd_kafka_ListConsumerGroupOffsets_new(group, $0)
        }
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
        let result = try self.request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeoutMs) {
            options, queue in
            if let error = rd_kafka_AdminOptions_set_require_stable_offsets(options, 1) {
                rd_kafka_error_destroy(error)
            }
            rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, options, queue)
        }
        defer { rd_kafka_event_destroy(result) }
        if let error = KafkaError.describing(rd_kafka_event_error(result), Self.text(result)) { throw error }
        var count = 0
        let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(result), &count)
        guard count == 1, let found = groups?[0] else { return [:] }
        if let error = KafkaError.borrowing(rd_kafka_group_result_error(found)) { throw error }
        return try OffsetList.offsets(in: rd_kafka_group_result_partitions(found), topic: topic)
    }
}
