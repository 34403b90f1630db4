import Inventory
import Wire

/// Where the state of a shard lies: which partition of the state topic holds a record.
///
/// Keyed by product, a shard's records lie in the state partition of its input partition. Otherwise they
/// are spread over all of them by what they are of, the same way whoever writes them.
struct StatePlacement: Sendable {
    let keyedBy: PipelineSettings.KeyedBy
    let statePartitionCount: Int

    /// The state partitions that may hold records of a shard, by its input partitions.
    func partitions(of inputs: [Partition]) -> [Partition] {
        keyedBy == .product ? inputs : (0..<statePartitionCount).map { Partition(Int32($0)) }
    }

    func partition(of record: StateRecord, shard: Shard) -> Partition {
        keyedBy == .none ? spread(record) : shard.lanes[0].partition
    }

    /// The partition of a checkpoint's record that is known by its name alone.
    func partition(of name: StateRecord.Name, shard: Shard) -> Partition {
        guard keyedBy == .none else { return shard.lanes[0].partition }
        return switch name {
        case .cells(let bucket): place(UInt64(bucket))
        case .seen(let input, _), .barrier(let input), .position(let input): place(UInt64(input.rawValue))
        case .movements(let number): place(Self.mix(UInt64(bitPattern: number)))
        case .other: shard.lanes[0].partition
        }
    }

    /// Whether a record can have been written to a state partition with this layout; where it was not, the
    /// topic's partition count was changed.
    func allows(_ record: StateRecord, in partition: Partition) -> Bool {
        guard keyedBy == .product else { return spread(record) == partition }
        return switch record {
        case .seen(let input, _, _), .position(let input, _): input == partition
        case .barrier(let barrier): barrier.partition == partition
        case .movementLog(let summary): summary.partition == partition
        case .cells, .alert, .stockFingerprint, .rollupFingerprint, .movements, .referenceRefused: true
        }
    }

    private func spread(_ record: StateRecord) -> Partition {
        switch record {
        case .cells(let bucket, _): return place(UInt64(bucket))
        case .seen(let input, _, _), .position(let input, _): return place(UInt64(input.rawValue))
        case .barrier(let barrier): return place(UInt64(barrier.partition.rawValue))
        case .alert(let pair, _), .stockFingerprint(let pair, _): return place(Self.mix(pair.packed))
        case .rollupFingerprint(let product, _):
            return place(Self.mix(UInt64(UInt32(bitPattern: product.rawValue))))
        case .movements(let chunk): return place(Self.mix(UInt64(bitPattern: chunk.number)))
        case .movementLog(let summary): return place(UInt64(summary.partition.rawValue))
        case .referenceRefused(_, let partition, _): return place(UInt64(partition.rawValue))
        }
    }

    private func place(_ number: UInt64) -> Partition {
        Partition(Int32(number % UInt64(statePartitionCount)))
    }

    /// Fixed for good: it decides where stored records are.
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
