import Logging
import Synchronization
import Testing

@testable import Kafka

#if canImport(Glibc)
import Glibc
#endif

/// Where a test's topics live: the embedded cluster, or the brokers that STOCKD_TEST_BROKERS names.
final class TestCluster: Sendable {
    static let brokers: String? = getenv("STOCKD_TEST_BROKERS").map { String(cString: $0) }
    static var isReal: Bool { brokers != nil }

    let bootstrapServers: String
    let embedded: EmbeddedCluster?

    /// - Parameter faults: the test injects faults, which only the embedded cluster can do.
    init(brokers: Int32 = 1, faults: Bool = false) throws {
        if let real = Self.brokers, !faults {
            bootstrapServers = real
            embedded = nil
        } else {
            let cluster = try EmbeddedCluster(brokers: brokers, logger: Self.logger)
            bootstrapServers = cluster.bootstrapServers
            embedded = cluster
        }
    }

    static let logger: Logger = {
        var logger = Logger(label: "kafka-tests")
        logger.logLevel = getenv("STOCKD_TEST_LOG") == nil ? .critical : .debug
        return logger
    }()

    private static let counter = Atomic(0)

    static func unique(_ stem: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(stem)-\(getpid())-\(number)"
    }

    func settings(_ properties: [String: String] = [:]) -> ClientSettings {
        ClientSettings(
            bootstrapServers: bootstrapServers, clientID: "test", properties: properties,
            logger: Self.logger)
    }

    func topic(partitions: Int32 = 1, config: [String: String] = [:]) throws -> String {
        let name = Self.unique("topic")
        if let embedded {
            try embedded.createTopic(name, partitions: partitions)
        } else {
            let admin = try Admin(settings())
            try admin.createTopics(
                [TopicSpec(name, partitions: partitions, config: config)], timeoutMs: 10_000)
            admin.close(deadlineMs: 5000)
        }
        return name
    }

    func plainProducer(_ properties: [String: String] = [:]) throws -> TransactionalProducer {
        try TransactionalProducer(settings(properties), ProducerSettings(transactionalID: nil))
    }

    /// Writes values `0..<count` and waits for them.
    func fill(_ topic: String, partition: Int32 = 0, from first: Int = 0, count: Int) throws {
        let producer = try plainProducer()
        defer { producer.close(deadlineMs: 5000) }
        let handle = try producer.topic(topic)
        for index in first..<(first + count) { try producer.send(handle, partition, "\(index)") }
        try producer.flush(deadlineMs: 10_000)
    }

    func transactional(_ id: String = unique("txn"), timeoutMs: Int32 = 10_000) throws
        -> TransactionalProducer
    {
        var producer = ProducerSettings(transactionalID: id)
        producer.transactionTimeoutMs = timeoutMs
        return try TransactionalProducer(settings(), producer)
    }

    func consumer(_ topic: String, group: String = unique("group"), instance: String? = nil) throws
        -> Consumer
    {
        var consumer = ConsumerSettings(groupID: group, topic: topic, groupInstanceID: instance)
        consumer.sessionTimeoutMs = 6000
        return try Consumer(settings(), consumer)
    }
}

extension TransactionalProducer {
    func send(_ topic: TopicHandle, _ partition: Int32?, _ text: String) throws {
        try Array(text.utf8).withUnsafeBytes { bytes in
            try produce(topic, partition: partition, key: nil, value: bytes)
        }
    }
}

extension Record {
    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
