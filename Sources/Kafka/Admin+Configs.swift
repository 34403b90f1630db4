import CRDKafka

extension Admin {
    /// Settings of topics, by topic and name. A topic is absent that does not exist, whose settings this user may not
    /// see, or that no broker describes in time. The embedded cluster has no controller, so there all are absent.
    public func settings(of topics: [String], timeoutMs: Int32) throws(KafkaError) -> [String: [String:
        String]]
    {
        // Without a controller the request would only time out. The embedded cluster names one that does not exist.
        let controller = rd_kafka_controllerid(client.handle, Self.controllerWaitMs)
        guard !topics.isEmpty, try client.brokerIDs(timeoutMs).contains(controller) else { return [:] }
        var resources = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { resources.forEach { rd_kafka_ConfigResource_destroy($0) } }
        let result: OpaquePointer
        do throws(KafkaError) {
            result = try request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeoutMs) { options, queue in
                rd_kafka_DescribeConfigs(client.handle, &resources, resources.count, options, queue)
            }
        } catch {
            if error.isTimedOut { return [:] }
            throw error
        }
        defer { rd_kafka_event_destroy(result) }
        let code = rd_kafka_event_error(result)
        let unknown = [RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR__TIMED_OUT]
        if unknown.contains(code) { return [:] }
        if let error = KafkaError.describing(code, Self.text(result)) { throw error }
        var count = 0
        let list = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(result), &count)
        var settings: [String: [String: String]] = [:]
        for index in 0..<count {
            guard let resource = list?[index], let name = rd_kafka_ConfigResource_name(resource),
                rd_kafka_ConfigResource_error(resource) == RD_KAFKA_RESP_ERR_NO_ERROR
            else { continue }
            settings[String(cString: name)] = Self.entries(of: resource)
        }
        return settings
    }

    private static let controllerWaitMs: Int32 = 200

    private static func entries(of resource: OpaquePointer) -> [String: String] {
        var count = 0
        let list = rd_kafka_ConfigResource_configs(resource, &count)
        var entries: [String: String] = [:]
        for index in 0..<count {
            guard let entry = list?[index], let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            entries[String(cString: name)] = String(cString: value)
        }
        return entries
    }
}
