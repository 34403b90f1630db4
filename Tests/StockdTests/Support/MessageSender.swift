import Foundation
import Kafka

/// Hands messages to a topic of a site, its input topic for one.
final class MessageSender {
    private let producer: TransactionalProducer
    private let topic: TopicHandle

    init(_ site: Site, _ topic: String = "in") throws {
        producer = try TransactionalProducer(site.cluster.client(), ProducerSettings(transactionalID: nil))
        self.topic = try producer.topic("\(site.name)-\(topic)")
    }

    /// Sends one message and waits until it is there.
    func send(_ value: [UInt8]?, key: [UInt8]?, partition: Int32, headers: [Header] = []) throws {
        try post(value, key: key, partition: partition, headers: headers)
        try flush()
    }

    /// Hands a message over without waiting for it.
    func post(_ value: [UInt8]?, key: [UInt8]?, partition: Int32, headers: [Header] = []) throws {
        try Self.withBytes(key) { key in
            try Self.withBytes(value) { value in
                try producer.produce(topic, partition: partition, key: key, value: value, headers: headers)
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
