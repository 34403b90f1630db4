public import Inventory

/// Messages of the alert topic, in their order in each partition.
public struct AlertChangeBatch: Sendable {
    /// From where to where a partition's messages in the batch reach.
    struct Stretch: Sendable {
        /// The position before the first message.
        var from: Int64
        var next: Int64
        /// The timestamp of the last one.
        var writtenAt: Timestamp
    }

    private struct Message: Sendable {
        var partition: Int32
        var offset: Int64
        var at: Timestamp
        var key: [UInt8]?
        var value: [UInt8]?
    }

    private var messages: [Message] = []
    private(set) var stretches: [Int32: Stretch] = [:]
    /// Bytes of keys and values.
    public private(set) var byteCount = 0

    public init() {}

    public var count: Int { messages.count }

    /// By partition, the offset behind its last message.
    public var nextOffsets: [Int32: Int64] { stretches.mapValues(\.next) }

    /// Adds the next message of its partition.
    ///
    /// - Parameter position: where the table is in that partition before the batch.
    public mutating func append(
        _ partition: Int32, _ offset: Int64, at: Timestamp, key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?, position: Int64
    ) {
        append(
            Message(
                partition: partition, offset: offset, at: at, key: key.map(Self.withoutZeros),
                value: value.map(Self.withoutZeros)),
            position)
    }

    private mutating func append(_ message: Message, _ position: Int64) {
        byteCount += (message.key?.count ?? 0) + (message.value?.count ?? 0)
        messages.append(message)
        let from = stretches[message.partition]?.from ?? position
        stretches[message.partition] = Stretch(from: from, next: message.offset + 1, writtenAt: message.at)
    }

    public mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        stretches = [:]
        byteCount = 0
    }

    /// The batch as two, each with half of the messages.
    var halves: (AlertChangeBatch, AlertChangeBatch) {
        var halves = (AlertChangeBatch(), AlertChangeBatch())
        for (index, message) in messages.enumerated() {
            let from = stretches[message.partition]?.from ?? message.offset
            if index < messages.count / 2 {
                halves.0.append(message, from)
            } else {
                halves.1.append(message, halves.0.stretches[message.partition]?.next ?? from)
            }
        }
        return halves
    }

    /// The same stretch without its messages.
    var withoutMessages: AlertChangeBatch {
        var copy = self
        copy.messages = []
        return copy
    }

    var first: (partition: Int32, offset: Int64)? { messages.first.map { ($0.partition, $0.offset) } }

    /// The messages as arrays: partition, offset, timestamp, key, value.
    var parameters: [Parameter] {
        var partitions = ArrayColumn(.integer)
        var offsets = ArrayColumn(.bigint)
        var times = ArrayColumn(.timestamp)
        var keys = ArrayColumn(.text)
        var values = ArrayColumn(.text)
        for message in messages {
            partitions.append(message.partition)
            offsets.append(message.offset)
            times.append(message.at)
            Self.append(message.key, to: &keys)
            Self.append(message.value, to: &values)
        }
        return [partitions.parameter, offsets.parameter, times.parameter, keys.parameter, values.parameter]
    }

    private static func append(_ bytes: [UInt8]?, to column: inout ArrayColumn) {
        guard let bytes else { return column.appendNull() }
        bytes.withUnsafeBytes { column.append($0) }
    }

    /// PostgreSQL has no U+0000: JSON's escape for it becomes the one for U+FFFD.
    private static func withoutZeros(_ json: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes = Array(json)
        guard json.contains(UInt8(ascii: "\\")) else { return bytes }
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            // Behind a backslash that is itself escaped, u0000 is a text.
            if bytes[index...].starts(with: Array("\\u0000".utf8)) {
                bytes.replaceSubrange(index..<index + 6, with: Array("\\ufffd".utf8))
            }
            index += 2
        }
        return bytes
    }
}
