public import Inventory

/// A range of one partition: from an offset or its beginning, up to an offset or its present end. Open transactions
/// are included, and their outcome is waited for.
public struct TopicSpan: Equatable, Sendable {
    public var partition: Partition
    public var from: Offset?
    public var to: Offset?

    public init(_ partition: Partition, from: Offset? = nil, to: Offset? = nil) {
        self.partition = partition
        self.from = from
        self.to = to
    }
}

/// How many offsets were passed, of how many.
public struct ReadProgress: Equatable, Sendable {
    public var done: Int64
    public var total: Int64

    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// The topics a worker touches, by what they are for.
public enum Topic: Sendable, Hashable {
    case input, state, alerts, deadLetters, stockLevels, rollup
    case reference(ReferenceKind)

    /// The setting that names it.
    var key: String {
        switch self {
        case .input: "input.topic"
        case .state: "state.topic"
        case .alerts: "alerts.topic"
        case .deadLetters: "dead_letters.topic"
        case .stockLevels: "outputs.stock_levels.topic"
        case .rollup: "outputs.rollup.topic"
        case .reference(let kind): "reference.\(kind.name).topic"
        }
    }
}

/// What a poll brought.
public enum Polled: Equatable, Sendable {
    /// So many records, readable by index until the next call.
    case records(Int)
    /// Nothing within the wait.
    case idle
    case assigned([Partition])
    case revoked([Partition])
    /// The partitions belong to others already: nothing of them may be committed.
    case lost([Partition])
}

/// A record as it lies in the client's buffer.
public struct TopicRecord {
    public var partition: Partition
    public var offset: Offset
    public var key: UnsafeRawBufferPointer?
    /// Nil for a tombstone.
    public var value: UnsafeRawBufferPointer?

    @inlinable public init(
        partition: Partition, offset: Offset, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
    }
}

/// A record's headers and time, which only dead letters need.
public struct Envelope: Sendable {
    public var headers: [(name: String, value: [UInt8]?)]
    /// Milliseconds since the epoch; nil when the broker gave none.
    public var timestampMs: Int64?

    public init(headers: [(name: String, value: [UInt8]?)] = [], timestampMs: Int64? = nil) {
        self.headers = headers
        self.timestampMs = timestampMs
    }
}

/// The next offset to read of a partition.
public struct PartitionPosition: Equatable, Sendable {
    public var partition: Partition
    public var offset: Offset

    public init(_ partition: Partition, _ offset: Offset) {
        self.partition = partition
        self.offset = offset
    }
}

/// A message to send; its bytes are copied before `send` returns.
public struct OutgoingMessage {
    public var topic: Topic
    /// Nil lets the key's hash decide, as Java's producer does.
    public var partition: Partition?
    public var key: UnsafeRawBufferPointer?
    /// Nil for a tombstone.
    public var value: UnsafeRawBufferPointer?
    public var envelope: Envelope?

    public init(
        topic: Topic, partition: Partition? = nil, key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?, envelope: Envelope? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.envelope = envelope
    }
}
