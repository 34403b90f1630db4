public import Kafka
import Wire

/// A bad event in the dead-letter topic.
public struct DeadLetter: Sendable {
    public let position: DeadLetterPosition
    /// The original's timestamp in milliseconds since the epoch, even where the topic did not accept it as the dead
    /// letter's own; -1 when it had none.
    public let timestampMs: Int64
    public let key: [UInt8]?
    /// Nil for a message without one, and where it was left out for its size.
    public let value: [UInt8]?
    /// The original's headers, without the daemon's own.
    public let headers: [Header]
    /// Where the event was read; nil when the message is not one of stockd's.
    public let source: Origin?
    /// A stable name, such as `missing_field`; empty when the message is not one of stockd's.
    public let reason: String
    public let message: String
    /// Parts that were left out because the topic did not accept their size: bytes by `value`, `key` or `headers`.
    public let omittedBytes: [String: Int]

    /// A record's topic, partition and offset.
    public struct Origin: Hashable, Sendable, CustomStringConvertible {
        public let topic: String
        public let partition: Int32
        public let offset: Int64

        public var description: String { "\(topic)[\(partition)]@\(offset)" }
    }

    init(_ record: Record) {
        position = DeadLetterPosition(partition: record.partition, offset: record.offset)
        key = record.key.map { [UInt8]($0) }
        value = record.value.map { [UInt8]($0) }
        let all = record.headers
        // The daemon appends its headers: all before them are the producer's, whatever their names.
        let first = all.lastIndex { $0.name == Self.prefix + "topic" } ?? all.endIndex
        headers = all[..<first].filter { !$0.name.hasPrefix(Self.prefix) }
        let own = all[first...]
        func text(_ name: String) -> String? {
            let header = own.last { $0.name == Self.prefix + name }
            return header?.value.map { String(decoding: $0, as: UTF8.self) }
        }
        reason = text("reason") ?? ""
        message = text("message") ?? ""
        timestampMs = text("timestamp_ms").flatMap { Int64($0) } ?? record.timestampMs
        var omitted: [String: Int] = [:]
        for part in ["value", "key", "headers"] {
            omitted[part] = text(part + "_omitted_bytes").flatMap { Int($0) }
        }
        omittedBytes = omitted
        if let topic = text("topic"), let partition = text("partition").flatMap({ Int32($0) }),
            let offset = text("offset").flatMap({ Int64($0) })
        {
            source = Origin(topic: topic, partition: partition, offset: offset)
        } else {
            source = nil
        }
    }

    static let prefix = "__stockd.errors."
}

/// A dead letter's partition and offset in the dead-letter topic, written `0:17`.
public struct DeadLetterPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let partition: Int32
    public let offset: Int64

    public init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]),
            partition >= 0, offset >= 0
        else { return nil }
        self.init(partition: partition, offset: offset)
    }

    public var description: String { "\(partition):\(offset)" }

    public static func < (one: Self, other: Self) -> Bool {
        (one.partition, one.offset) < (other.partition, other.offset)
    }
}
