import Inventory
import Wire

/// The state of the input partitions that share cells: one partition where the input is keyed by product,
/// all of them where it is not.
final class Shard {
    /// One input partition's progress.
    struct Lane {
        let partition: Partition
        /// Where the partition's history begins for stockd.
        var base: Offset
        /// The next offset to apply.
        var next: Offset
        /// The offset the last committed transaction carried.
        var committed: Offset
    }

    var aggregate: Aggregate
    /// Ascending by partition; the index is the aggregate's lane.
    var lanes: [Lane]
    /// What was last shown of it.
    var shown: [ShownChunk] = []

    init(aggregate: consuming Aggregate, lanes: [Lane]) {
        self.aggregate = aggregate
        self.lanes = lanes
    }

    var partitions: [Partition] { lanes.map(\.partition) }

    var hasMoved: Bool { lanes.contains { $0.next != $0.committed } }

    var committedPositions: [PartitionPosition] {
        lanes.map { PartitionPosition($0.partition, $0.committed) }
    }

    /// Moves a lane past a record; false when the lane is past it already.
    @inline(__always)
    func advance(lane: Int, past offset: Offset) -> Bool {
        guard offset >= lanes[lane].next else { return false }
        lanes[lane].next = offset.next
        return true
    }

    func commit() {
        aggregate.commit()
        for lane in lanes.indices { lanes[lane].committed = lanes[lane].next }
    }

    func rollback() {
        aggregate.rollback()
        for lane in lanes.indices { lanes[lane].next = lanes[lane].committed }
    }
}

/// Where the state of a shard lies: which partition of the state topic holds a record.
///
/// Keyed by product, a shard's records lie in the state partition of its input partition. Otherwise they
/// are spread over all of them by what they are of, the same way whoever writes them.
struct StatePlacement: Sendable {
    let keyedBy: PipelineSettings.KeyedBy
    let statePartitionCount: Int

    func partition(of record: StateRecord, shard: Shard) -> Partition {
        guard keyedBy == .none else { return shard.lanes[0].partition }
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
