/// An offset in one partition of a topic that the context names.
public struct PartitionOffset: Sendable, Hashable {
    public var partition: Int32
    /// The offset of the next record to read, or one of the two logical offsets below.
    public var offset: Int64

    public init(_ partition: Int32, _ offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// The first record that is still in the log.
    public static func beginning(_ partition: Int32) -> Self { Self(partition, -2) }
    /// Behind the newest record.
    public static func end(_ partition: Int32) -> Self { Self(partition, -1) }
}

/// The ends of a partition's log: the first offset it holds and the one behind its last.
public struct Watermarks: Sendable, Hashable {
    public var low: Int64
    public var high: Int64
}

/// A position that the log does not hold: records are missing, or no offset was ever committed.
public struct OffsetOutOfRange: Error, Sendable, Hashable {
    public let topic: String
    public let partition: Int32
    /// The offset that was asked for.
    public let offset: Int64
    /// The broker's reason.
    public let reason: String
}
