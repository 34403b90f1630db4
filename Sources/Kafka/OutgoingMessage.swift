import CRDKafka

/// The arguments of one produce call, which may have to be made more than once.
struct OutgoingMessage {
    let topic: TopicHandle
    let partition: Int32
    let key: UnsafeRawBufferPointer?
    let value: UnsafeRawBufferPointer?
    let headers: [Header]
    let timestampMs: Int64?

    func enqueue(_ client: OpaquePointer) -> rd_kafka_resp_err_t {
        if headers.isEmpty, timestampMs == nil { return enqueuePlain() }
        return enqueueFull(client)
    }

    private func enqueuePlain() -> rd_kafka_resp_err_t {
        let outcome = rd_kafka_produce(
            topic.pointer, partition, RD_KAFKA_MSG_F_COPY, payload, value?.count ?? 0, keyStart,
            key?.count ?? 0, nil)
        return outcome == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
    }

    private func enqueueFull(_ client: OpaquePointer) -> rd_kafka_resp_err_t {
        var fields = [
            Self.field(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic.pointer },
            Self.field(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = partition },
            Self.field(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
            Self.field(RD_KAFKA_VTYPE_VALUE) { $0.mem = .init(ptr: payload, size: value?.count ?? 0) },
            Self.field(RD_KAFKA_VTYPE_KEY) { $0.mem = .init(ptr: keyStart, size: key?.count ?? 0) },
        ]
        if let timestampMs { fields.append(Self.field(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestampMs }) }
        let list = headers.isEmpty ? nil : makeHeaders()
        if let list { fields.append(Self.field(RD_KAFKA_VTYPE_HEADERS) { $0.headers = list }) }
        guard let error = KafkaError.code(of: rd_kafka_produceva(client, fields, fields.count)) else {
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        // librdkafka did not take the message, so its headers are still ours.
        if let list { rd_kafka_headers_destroy(list) }
        return error
    }

    private func makeHeaders() -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            guard let value = header.value else {
                rd_kafka_header_add(list, header.name, -1, nil, 0)
                continue
            }
            value.withUnsafeBytes { bytes in
                _ = rd_kafka_header_add(list, header.name, -1, Self.address(bytes), bytes.count)
            }
        }
        return list
    }

    private static func field(
        _ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var field = rd_kafka_vu_t()
        field.vtype = type
        fill(&field.u)
        return field
    }

    private var payload: UnsafeMutableRawPointer? { Self.address(value) }
    private var keyStart: UnsafeMutableRawPointer? { Self.address(key) }

    /// An empty buffer may have no address, which would mean a missing value; librdkafka only copies from it.
    private static func address(_ bytes: UnsafeRawBufferPointer?) -> UnsafeMutableRawPointer? {
        guard let bytes else { return nil }
        return UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? emptyByte)
    }

    /// Never read nor written: only its address counts.
    nonisolated(unsafe) private static let emptyByte = UnsafeRawPointer(
        UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
}
