import CRDKafka
import Glibc
public import Logging
import Synchronization

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
        Self.running.withLock { $0.formUnion(Self.addresses(bootstrapServers)) }
    }

    public func createTopic(_ name: String, partitions: Int32, replication: Int32 = 1) throws(KafkaError) {
        try check(rd_kafka_mock_topic_create(cluster, name, partitions, replication), "create topic \(name)")
    }

    /// Close the cluster's clients first, or they log errors.
    @discardableResult
    public func close(deadlineMs: Int32 = 5000) -> Bool {
        let cluster = cluster
        let addresses = Self.addresses(bootstrapServers)
        Self.running.withLock { $0.subtract(addresses) }
        return client.close(deadlineMs: deadlineMs) { _ in rd_kafka_mock_cluster_destroy(cluster) }
    }

    func check(_ code: rd_kafka_resp_err_t, _ what: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, message: "cannot \(what)") }
    }

    deinit { close() }
}

/// Who the clients of an embedded cluster are.
///
/// Since librdkafka 2.15 its mock cluster writes the end of a transaction with 0 for the checksum, and a reader that
/// checks would take it for a damaged record. So readers of an embedded cluster check none, whatever the program they
/// are in; readers of every other cluster always do.
extension EmbeddedCluster {
    /// The addresses of this process's clusters.
    private static let running = Mutex<Set<Substring>>([])
    private static let variable = "STOCKD_TEST_EMBEDDED_CLUSTERS"

    /// What the environment of a program needs that is to be a client of this process's clusters.
    public static var environment: [String: String] {
        let addresses = running.withLock { $0.sorted() }
        return addresses.isEmpty ? [:] : [variable: addresses.joined(separator: ",")]
    }

    /// Those of the process that started this one. They count only on loopback, where every embedded cluster listens.
    private static let inherited = getenv(variable).map {
        addresses(String(cString: $0)).filter { $0.hasPrefix("127.0.0.1:") }
    }

    static func answers(at bootstrapServers: String) -> Bool {
        let addresses = addresses(bootstrapServers)
        return inherited?.isDisjoint(with: addresses) == false || running.withLock { !$0.isDisjoint(with: addresses) }
    }

    private static func addresses(_ list: String) -> Set<Substring> { Set(list.split(separator: ",")) }
}
