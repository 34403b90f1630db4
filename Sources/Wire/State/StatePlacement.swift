public import Inventory

/// What decides which partition of the input an order event is in (`input.keyed_by`).
public enum KeyedBy: String, CaseIterable, Sendable {
    /// Nothing known: one worker owns every partition.
    case none
    /// The product: workers and machines may share the partitions.
    case product
}

/// Which partition of the state topic holds a record.
///
/// Keyed by product, a shard's records are in the state partition of its input partition. Otherwise the records of
/// checkpoints are spread over all state partitions by key, and those that any transaction may write are in the
/// first: a commit takes longer with each partition that it touches.
public struct StatePlacement: Sendable {
    public let keyedBy: KeyedBy
    public let statePartitionCount: Int

    public init(keyedBy: KeyedBy, statePartitionCount: Int) {
        self.keyedBy = keyedBy
        self.statePartitionCount = statePartitionCount
    }

    /// The state partitions that may hold records of a shard, by its input partitions.
    public func partitions(of inputs: [Partition]) -> [Partition] { keyedBy == .product ? inputs : all }

    public var all: [Partition] { (0..<statePartitionCount).map { Partition(Int32($0)) } }

    /// - Parameter input: the first input partition of the shard whose record it is.
    public func partition(of key: StateRecord.Key, shardOf input: Partition) -> Partition {
        keyedBy == .product ? input : spread(key)
    }

    /// Whether stockd would write a record to another partition: the topic's partition count was changed.
    public func isMisplaced(_ key: StateRecord.Key, in partition: Partition) -> Bool {
        guard keyedBy == .product else { return spread(key) != partition }
        return switch key {
        case .ids(let input, _, _), .position(let input), .checkpoint(let input): input != partition
        case .entries, .movements, .alert, .stockFingerprint, .rollupFingerprint, .referenceRejected, .former: false
        }
    }

    private func spread(_ key: StateRecord.Key) -> Partition {
        switch key {
        case .entries(let bucket): partition(UInt64(bucket))
        case .ids(_, _, let bucket): partition(UInt64(bucket))
        case .movements(let block): partition(Self.mix(UInt64(bitPattern: block.number) ^ block.high))
        case .checkpoint(let input): partition(UInt64(input.rawValue))
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRejected, .former: Partition(0)
        }
    }

    private func partition(_ number: UInt64) -> Partition {
        Partition(Int32(number % UInt64(statePartitionCount)))
    }

    /// It must never change, since it decides where stored records are.
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}

/// A record's partition and key in the state topic; two shards may have one of the same key.
public struct StateLocation: Hashable, Sendable {
    public var partition: Partition
    public var key: StateRecord.Key

    public init(partition: Partition, key: StateRecord.Key) {
        self.partition = partition
        self.key = key
    }
}
