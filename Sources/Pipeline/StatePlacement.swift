import Inventory
import Wire

/// Where the state of a shard lies: which partition of the state topic holds a record.
///
/// Keyed by product, a shard's records lie in the state partition of its input partition. Otherwise
/// checkpoints are spread over all of them by what their records are of, and what any transaction may write
/// lies in the first: a commit takes longer with each partition that it touches.
struct StatePlacement: Sendable {
    let keyedBy: PipelineSettings.KeyedBy
    let statePartitionCount: Int

    /// What a place says of the record that was found there.
    enum Standing {
        case current
        /// Earlier releases spread these too: it counts as long as none of its name lies in its place.
        case earlier
        /// No release would have written it there: the topic's partition count was changed.
        case misplaced
    }

    /// A record's place in the state topic; two shards may have one of the same name.
    struct Place: Hashable {
        var partition: Partition
        var key: StateRecord.Key

        init(_ partition: Partition, _ key: StateRecord.Key) {
            self.partition = partition
            self.key = key
        }
    }

    /// The state partitions that may hold records of a shard, by its input partitions.
    func partitions(of inputs: [Partition]) -> [Partition] {
        keyedBy == .product ? inputs : (0..<statePartitionCount).map { Partition(Int32($0)) }
    }

    func partition(of name: StateRecord.Name, shard: Shard) -> Partition {
        keyedBy == .none ? place(of: name) : shard.lanes[0].partition
    }

    func standing(of name: StateRecord.Name, in partition: Partition) -> Standing {
        guard keyedBy == .none else {
            return switch name {
            case .seen(let input, _), .position(let input), .barrier(let input), .movementLog(let input),
                .intent(let input, _):
                input == partition ? .current : .misplaced
            case .cells, .movements, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused:
                .current
            }
        }
        if place(of: name) == partition { return .current }
        return !name.isOfCheckpoint && spread(name) == partition ? .earlier : .misplaced
    }

    /// Where a release that spread all records left one, when that is elsewhere.
    func earlierPartition(of name: StateRecord.Name) -> Partition? {
        guard keyedBy == .none, !name.isOfCheckpoint, spread(name) != place(of: name) else { return nil }
        return spread(name)
    }

    func place(of name: StateRecord.Name, shard: Shard) -> Place {
        Place(partition(of: name, shard: shard), StateRecord.Key(name))
    }

    /// Everywhere that a record with the key may lie.
    func places(of key: StateRecord.Key, inputs: [Partition]) -> [Place] {
        guard keyedBy == .none else { return inputs.prefix(1).map { Place($0, key) } }
        let earlier = [earlierPartition(of: key.name)].compactMap { $0 }
        return ([place(of: key.name)] + earlier).map { Place($0, key) }
    }

    private func place(of name: StateRecord.Name) -> Partition {
        name.isOfCheckpoint ? spread(name) : Partition(0)
    }

    private func spread(_ name: StateRecord.Name) -> Partition {
        switch name {
        case .cells(let bucket): place(UInt64(bucket))
        case .seen(let input, _), .position(let input), .barrier(let input), .movementLog(let input):
            place(UInt64(input.rawValue))
        case .alert(let pair), .stockFingerprint(let pair): place(Self.mix(pair.packed))
        case .rollupFingerprint(let product): place(Self.mix(UInt64(UInt32(bitPattern: product.rawValue))))
        case .movements(let number): place(Self.mix(UInt64(bitPattern: number)))
        case .referenceRefused(_, let partition): place(UInt64(partition.rawValue))
        case .intent: Partition(0)
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
