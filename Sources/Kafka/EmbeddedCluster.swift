import CRDKafka
public import Logging

/// librdkafka's mock cluster: brokers on loopback ports inside this process, for tests and
/// the demo. Any Kafka client can connect.
///
/// As of librdkafka 2.0.2 it answers every transactional call but keeps no isolation: aborted records are
/// visible, offsets sent in a transaction do not show as committed, and an old producer is not fenced. It
/// answers no admin requests; topics come from `createTopic` or by being produced to. A partition keeps
/// its newest 100,000 messages or 5 MB.
public final class EmbeddedCluster: @unchecked Sendable {
    private let client: Client
    let cluster: OpaquePointer
    public let bootstrapServers: String

    public init(brokers: Int32 = 1, logger: Logger = Logger(label: "embedded-cluster")) throws(KafkaError) {
        let settings = ClientSettings(bootstrapServers: "", clientID: "embedded-cluster", logger: logger)
        client = try Client(.producer, "brokers", settings, fixed: [])
        guard let cluster = rd_kafka_mock_cluster_new(client.handle, brokers),
            let bootstraps = rd_kafka_mock_cluster_bootstraps(cluster)
        else {
            client.close(deadlineMs: 1000)
            throw .own(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the embedded cluster cannot listen on loopback")
        }
        self.cluster = cluster
        bootstrapServers = String(cString: bootstraps)
    }

    public func createTopic(_ name: String, partitions: Int32, replication: Int32 = 1) throws(KafkaError) {
        try check(rd_kafka_mock_topic_create(cluster, name, partitions, replication), "create topic \(name)")
    }

    /// Close the cluster's clients first, or they log errors.
    @discardableResult
    public func close(deadlineMs: Int32 = 5000) -> Bool {
        let cluster = cluster
        return client.close(deadlineMs: deadlineMs) { _ in rd_kafka_mock_cluster_destroy(cluster) }
    }

    func check(_ code: rd_kafka_resp_err_t, _ what: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, message: "cannot \(what)") }
    }

    deinit { close() }
}
