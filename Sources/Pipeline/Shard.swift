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
    /// It was recomputed from the log, and no checkpoint since has committed.
    var isRebuilt = false
    /// Records of checkpoints before a rebuild; the next checkpoint deletes those that it does not replace.
    var leftovers: Set<StateRecord.Name> = []

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
