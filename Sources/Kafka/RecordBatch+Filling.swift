import CRDKafka

extension RecordBatch {
    /// Adds a message that carries a record; its memory must outlive the batch's content.
    func append(_ message: UnsafePointer<rd_kafka_message_t>) {
        let fields = message.pointee
        storage[filled] = Record(
            partition: fields.partition,
            keyCount: fields.key == nil ? -1 : Int32(clamping: fields.key_len),
            offset: fields.offset,
            keyStart: UnsafeRawPointer(fields.key),
            valueStart: UnsafeRawPointer(fields.payload),
            valueCount: fields.payload == nil ? -1 : fields.len,
            message: UnsafeRawPointer(message))
        filled += 1
    }
}

extension Record {
    /// Milliseconds since the epoch, set by the producer or the broker; -1 when there is none.
    public var timestampMs: Int64 {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        return rd_kafka_message_timestamp(libraryMessage, &kind)
    }

    /// The headers, copied; slow, meant for records that are passed on.
    public var headers: [Header] {
        var list: OpaquePointer?
        // The list stays the message's own.
        guard rd_kafka_message_headers(libraryMessage, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
            return []
        }
        var headers: [Header] = []
        while let header = Self.header(list, headers.count) { headers.append(header) }
        return headers
    }

    private var libraryMessage: UnsafePointer<rd_kafka_message_t> {
        message.assumingMemoryBound(to: rd_kafka_message_t.self)
    }

    private static func header(_ list: OpaquePointer, _ index: Int) -> Header? {
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        let code = rd_kafka_header_get_all(list, index, &name, &value, &size)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { return nil }
        let bytes = value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
        return Header(String(cString: name), bytes)
    }
}
