import CRDKafka

/// Topic-partition lists of one topic, as librdkafka takes and returns them.
enum OffsetList {
    typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Builds a list, lends it, and destroys it.
    static func with<Result>(
        _ offsets: [PartitionOffset], topic: String, _ body: (Pointer) -> Result
    ) -> Result {
        let list = make(offsets, topic: topic)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return body(list)
    }

    /// Builds a list that the caller destroys.
    static func make(_ offsets: [PartitionOffset], topic: String) -> Pointer {
        guard let list = rd_kafka_topic_partition_list_new(Int32(offsets.count)) else {
            preconditionFailure("librdkafka ends the process itself when memory runs out")
        }
        for offset in offsets {
            let element = rd_kafka_topic_partition_list_add(list, topic, offset.partition)
            element?.pointee.offset = offset.offset
        }
        return list
    }

    /// One element of a list that came back.
    struct Element {
        let partition: Int32
        let offset: Int64
        let error: rd_kafka_resp_err_t
    }

    /// The concrete offsets of a list; throws the first partition's error.
    static func offsets(in list: UnsafePointer<rd_kafka_topic_partition_list_t>?, topic: String)
        throws(KafkaError) -> [Int32: Int64]
    {
        var offsets: [Int32: Int64] = [:]
        for element in read(list, topic: topic) {
            if let error = KafkaError.describing(element.error) { throw error }
            if element.offset >= 0 { offsets[element.partition] = element.offset }
        }
        return offsets
    }

    static func read(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>?, topic: String) -> [Element] {
        guard let list else { return [] }
        return (0..<Int(list.pointee.cnt)).compactMap { index in
            let element = list.pointee.elems[index]
            guard let name = element.topic, String(cString: name) == topic else { return nil }
            return Element(partition: element.partition, offset: element.offset, error: element.err)
        }
    }
}
