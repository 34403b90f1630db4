import ClusterSupport
import TestSupport

@testable import Kafka

extension TestCluster {
    func topic(partitions: Int32 = 1, config: [String: String] = [:]) throws -> String {
        let name = Self.unique("topic")
        let admin = try Admin(client())
        defer { admin.close(deadlineMs: 5000) }
        try create([TopicSpec(name, partitions: partitions, config: config)], admin)
        return name
    }

    func plainProducer(_ properties: [String: String] = [:]) throws -> TransactionalProducer {
        try TransactionalProducer(client(properties), ProducerSettings(transactionalID: nil))
    }

    /// Writes `count` values, counted up from `first`, and waits until they are delivered.
    func fill(_ topic: String, partition: Int32 = 0, from first: Int = 0, count: Int) throws {
        let producer = try plainProducer()
        defer { producer.close(deadlineMs: 5000) }
        let handle = try producer.topic(topic)
        for index in first..<(first + count) { try producer.send(handle, partition, "\(index)") }
        try producer.flush(deadlineMs: 10_000)
    }

    func transactional(_ id: String = TestCluster.unique("txn"), timeoutMs: Int32 = 10_000) throws
        -> TransactionalProducer
    {
        var producer = ProducerSettings(transactionalID: id)
        producer.transactionTimeoutMs = timeoutMs
        return try TransactionalProducer(client(), producer)
    }

    func consumer(_ topic: String, group: String = TestCluster.unique("group"), instance: String? = nil)
        throws
        -> Consumer
    {
        var consumer = ConsumerSettings(groupID: group, topic: topic, groupInstanceID: instance)
        consumer.sessionTimeoutMs = 6000
        return try Consumer(client(), consumer)
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
