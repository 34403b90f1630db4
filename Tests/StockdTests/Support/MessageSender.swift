import ClusterSupport
import Foundation
import Kafka

/// Sends messages to a topic.
final class MessageSender {
    private let producer: TransactionalProducer
    private let topic: TopicHandle

    init(_ cluster: TestCluster, topic: String) throws {
        producer = try TransactionalProducer(cluster.client(), ProducerSettings(transactionalID: nil))
        self.topic = try producer.topic(topic)
    }

    /// Sends to a topic of a site, by default to its input topic.
    convenience init(_ site: Site, _ topic: String = "in") throws {
        try self.init(site.cluster, topic: "\(site.name)-\(topic)")
    }

    /// Sends one message and waits until it is there.
    func send(_ value: [UInt8]?, key: [UInt8]?, partition: Int32, headers: [Header] = []) throws {
        try post(value, key: key, partition: partition, headers: headers)
        try flush()
    }

    /// Hands a message over without waiting for it.
    func post(
        _ value: [UInt8]?, key: [UInt8]? = nil, partition: Int32, headers: [Header] = [],
        timestampMs: Int64? = nil
    ) throws {
        try Self.withBytes(key) { key in
            try Self.withBytes(value) { value in
                try producer.produce(
                    topic, partition: partition, key: key, value: value, headers: headers,
                    timestampMs: timestampMs)
            }
        }
    }

    func flush() throws { try producer.flush(deadlineMs: 30_000) }

    func close() { producer.close(deadlineMs: 1_000) }

    private static func withBytes(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }
}

/// Sends orders to a topic of a site, a few at a time.
final class Sender {
    private let messages: MessageSender
    private var orders: ArraySlice<Order>
    private let partition: (Order) -> Int32

    /// - Parameter partition: the partition of an order; by default its id modulo 3.
    init(
        _ site: Site, _ orders: [Order], topic: String = "in",
        partition: @escaping (Order) -> Int32 = { Int32($0.id % 3) }
    ) throws {
        self.orders = orders[...]
        self.partition = partition
        messages = try MessageSender(site, topic)
    }

    var remaining: Int { orders.count }

    /// Sends the next orders.
    func send(_ count: Int) throws {
        for order in orders.prefix(count) {
            try messages.post(Array(order.json.utf8), partition: partition(order))
        }
        orders = orders.dropFirst(count)
        try messages.flush()
    }
}
