import CRDKafka

/// What became of the messages handed to a producer since its transaction began.
struct DeliveryCounts {
    var enqueued = 0
    var delivered = 0
    var failed = 0
    var firstFailure = RD_KAFKA_RESP_ERR_NO_ERROR

    var outstanding: Int { enqueued - delivered - failed }

    /// Makes librdkafka count deliveries in the context, with no Swift allocation for each message.
    static func install(in configuration: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let message, let opaque else { return }
            let code = message.pointee.err
            Unmanaged<ClientContext>.fromOpaque(opaque)._withUnsafeGuaranteedRef {
                $0.deliveries.count(code)
            }
        }
    }

    private mutating func count(_ code: rd_kafka_resp_err_t) {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            delivered += 1
            return
        }
        failed += 1
        if firstFailure == RD_KAFKA_RESP_ERR_NO_ERROR { firstFailure = code }
    }
}
