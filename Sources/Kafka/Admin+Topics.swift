import CRDKafka

extension Admin {
    /// Creates topics, and waits until they can be described. One that exists already is left as it is.
    public func createTopics(_ specs: [TopicSpec], timeoutMs: Int32) throws(KafkaError) {
        if specs.isEmpty { return }
        let deadline = Deadline(afterMs: timeoutMs)
        var topics: [OpaquePointer?] = []
        defer { topics.forEach { rd_kafka_NewTopic_destroy($0) } }
        for spec in specs { topics.append(try Self.newTopic(spec)) }
        let result = try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeoutMs) { options, queue in
            rd_kafka_CreateTopics(client.handle, &topics, topics.count, options, queue)
        }
        defer { rd_kafka_event_destroy(result) }
        if let error = KafkaError.describing(rd_kafka_event_error(result), Self.text(result)) {
            throw Self.explained(error, specs.map(\.name))
        }
        var count = 0
        let list = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(result), &count)
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(list?[index])
            if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
            try Self.check(code, list?[index], "create")
        }
        try awaitTopics(specs.map(\.name), deadline)
    }

    /// Deletes topics; one that does not exist is no error.
    public func deleteTopics(_ names: [String], timeoutMs: Int32) throws(KafkaError) {
        if names.isEmpty { return }
        var topics = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { topics.forEach { rd_kafka_DeleteTopic_destroy($0) } }
        let result = try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeoutMs) { options, queue in
            rd_kafka_DeleteTopics(client.handle, &topics, topics.count, options, queue)
        }
        defer { rd_kafka_event_destroy(result) }
        if let error = KafkaError.describing(rd_kafka_event_error(result), Self.text(result)) { throw error }
        var count = 0
        let list = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(result), &count)
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(list?[index])
            if code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART { continue }
            try Self.check(code, list?[index], "delete")
        }
    }

    /// Sends one admin request and waits for its response, which the caller destroys.
    func request(
        _ operation: rd_kafka_admin_op_t, _ timeoutMs: Int32,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer {
        defer { serveCallbacks() }
        let options = rd_kafka_AdminOptions_new(client.handle, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var text = CBuffer()
        _ = text.fill { rd_kafka_AdminOptions_set_request_timeout(options, timeoutMs, $0, $1) }
        let queue = rd_kafka_queue_new(client.handle)
        // librdkafka drops a late response, since its queue is gone.
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        // A little longer than the request's own limit, so that librdkafka can say what it waited for.
        guard let result = rd_kafka_queue_poll(queue, timeoutMs.addingReportingOverflow(500).partialValue)
        else {
            throw .own(
                RD_KAFKA_RESP_ERR__TIMED_OUT, "the cluster did not answer in \(timeoutMs) ms",
                isRetriable: true)
        }
        return result
    }

    /// The controller answers before every broker knows the topic.
    private func awaitTopics(_ names: [String], _ deadline: Deadline) throws(KafkaError) {
        while try describe(names, timeoutMs: max(100, deadline.remainingMs)).count < Set(names).count {
            if deadline.hasPassed {
                throw .own(
                    RD_KAFKA_RESP_ERR__TIMED_OUT,
                    "the brokers do not list the created topics \(names) yet", isRetriable: true)
            }
            rd_kafka_poll(client.handle, 20)
        }
    }

    private static func newTopic(_ spec: TopicSpec) throws(KafkaError) -> OpaquePointer {
        var text = CBuffer()
        let topic = text.fill {
            rd_kafka_NewTopic_new(spec.name, spec.partitions, spec.replicationFactor, $0, $1)
        }
        guard let topic else {
            throw .own(RD_KAFKA_RESP_ERR__INVALID_ARG, "topic \(spec.name): \(text.string)")
        }
        for (key, value) in spec.config.sorted(by: { $0.key < $1.key }) {
            rd_kafka_NewTopic_set_config(topic, key, value)
        }
        return topic
    }

    private static func check(_ code: rd_kafka_resp_err_t, _ result: OpaquePointer?, _ verb: String)
        throws(KafkaError)
    {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
        let name = rd_kafka_topic_result_name(result).map { String(cString: $0) } ?? "?"
        let reason = rd_kafka_topic_result_error_string(result) ?? rd_kafka_err2str(code)
        let words = reason.map { String(cString: $0) } ?? ""
        throw KafkaError(code, message: "cannot \(verb) topic \(name): \(words)")
    }

    static func text(_ event: OpaquePointer) -> String? {
        rd_kafka_event_error_string(event).map { String(cString: $0) }
    }

    private static func explained(_ error: KafkaError, _ names: [String]) -> KafkaError {
        let wanted = names.joined(separator: ", ")
        guard error.code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE.rawValue else {
            return error.with(message: "cannot create \(wanted): \(error.message)")
        }
        return error.with(message: "the brokers do not let clients create topics; create \(wanted) by hand")
    }
}
