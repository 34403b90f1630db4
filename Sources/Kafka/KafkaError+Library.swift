import CRDKafka

extension KafkaError {
    /// Copies an error object and destroys it; nil when the call succeeded.
    static func taking(_ object: OpaquePointer?, on client: OpaquePointer? = nil) -> KafkaError? {
        defer { rd_kafka_error_destroy(object) }
        return borrowing(object, on: client)
    }

    /// Copies an error object that belongs to a result.
    static func borrowing(_ object: OpaquePointer?, on client: OpaquePointer? = nil) -> KafkaError? {
        guard let object else { return nil }
        return KafkaError(
            rd_kafka_error_code(object),
            message: String(cString: rd_kafka_error_string(object)),
            isFatal: rd_kafka_error_is_fatal(object) == 1,
            isRetriable: rd_kafka_error_is_retriable(object) == 1,
            requiresAbort: rd_kafka_error_txn_requires_abort(object) == 1,
            on: client)
    }

    /// Describes a plain code; nil for success.
    static func describing(
        _ code: rd_kafka_resp_err_t, _ message: String? = nil, on client: OpaquePointer? = nil
    ) -> KafkaError? {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        return KafkaError(code, message: message, on: client)
    }

    /// An error of stockd's own in librdkafka's terms, so that callers handle one kind of error.
    static func own(
        _ code: rd_kafka_resp_err_t, _ message: String, isFatal: Bool = false, isRetriable: Bool = false
    ) -> KafkaError {
        KafkaError(code, message: message, isFatal: isFatal, isRetriable: isRetriable)
    }

    /// The fatal error a client has raised, if any. Later calls on it may hang, so every call looks first.
    static func fatal(on client: OpaquePointer) -> KafkaError? {
        // This runs before every call, so nothing is allocated while there is no error.
        if rd_kafka_fatal_error(client, nil, 0) == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        var text = CBuffer()
        let code = text.fill { rd_kafka_fatal_error(client, $0, $1) }
        return KafkaError(code, message: text.string, isFatal: true)
    }

    init(
        _ code: rd_kafka_resp_err_t, message: String? = nil, isFatal: Bool = false,
        isRetriable: Bool = false, requiresAbort: Bool = false, on client: OpaquePointer? = nil
    ) {
        self.code = code.rawValue
        self.name = String(cString: rd_kafka_err2name(code))
        self.message = message ?? String(cString: rd_kafka_err2str(code))
        self.isRetriable = isRetriable
        self.requiresAbort = requiresAbort
        // The generic "_FATAL" hides its reason; only the client still knows it.
        let reason = client.flatMap(KafkaError.fatal(on:))
        self.isFatal = isFatal || code == RD_KAFKA_RESP_ERR__FATAL || (reason != nil && !isRetriable)
        self.isFenced = Self.fencingCodes.contains(code.rawValue) || (reason?.isFenced ?? false)
    }

    /// The brokers do not know the topic or the partition, or do not any more.
    public var isTopicUnknown: Bool { Self.unknownCodes.contains(code) }

    private static let unknownCodes: Set<Int32> = [
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue,
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC.rawValue,
        RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION.rawValue,
    ]

    private static let fencingCodes: Set<Int32> = [
        RD_KAFKA_RESP_ERR__FENCED.rawValue,
        RD_KAFKA_RESP_ERR_PRODUCER_FENCED.rawValue,
        RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH.rawValue,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue,
    ]

    /// A call without time-out of its own did not come back; its client was given up.
    static func hung(_ call: String) -> KafkaError {
        own(
            RD_KAFKA_RESP_ERR__TIMED_OUT,
            "\(call) did not return in time; this Kafka client cannot be used any more", isFatal: true)
    }

    /// Only the code of an error object, which is destroyed; nil when the call succeeded.
    static func code(of object: OpaquePointer?) -> rd_kafka_resp_err_t? {
        guard let object else { return nil }
        defer { rd_kafka_error_destroy(object) }
        return rd_kafka_error_code(object)
    }
}
