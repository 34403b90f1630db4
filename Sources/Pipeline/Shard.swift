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
        /// The offset that the last committed checkpoint stands for.
        var barrier: Offset
        /// Where that checkpoint has its barrier.
        var mark = RecordMark.none
    }

    var aggregate: Aggregate
    /// Ascending by partition; the index is the aggregate's lane.
    var lanes: [Lane]
    /// What was last shown of it.
    var shown: [ShownChunk] = []
    /// An offset of it is part of the open transaction: only then may its state be written.
    var isCovered = false
    /// It was recomputed from the log, and no checkpoint since has committed.
    var isRebuilt = false
    /// Records of before a rebuild or a change of layout, or of a checkpoint that was given up; the next checkpoint
    /// deletes those it does not replace.
    var leftovers: Set<StatePlacement.Place> = []
    /// Ledger records of another layout, to be written where this one has them, in the first transaction.
    var moved: [StateRecord] = []
    /// What a rebuild read for the first time and refused.
    var unsentLetters: [KeptLetter] = []
    /// What may be published otherwise than the ledger says.
    var doubts = Doubts()
    /// What of that the open transaction publishes, or all.
    var publishedInDoubt: [StateRecord.Name] = []
    var settlesDoubts = false
    /// The number of the next intent, and how many the state topic may have.
    var nextIntent: UInt32 = 0
    var intentParts: UInt32 = 0
    /// The greatest generation that any record of the shard may have.
    var generation: UInt64 = 0
    /// The checkpoint under way.
    var checkpoint: ShardCheckpoint?
    /// Where the last whole checkpoint has its summary of the movement log.
    var movementLogMark = RecordMark.none

    init(aggregate: consuming Aggregate, lanes: [Lane]) {
        self.aggregate = aggregate
        self.lanes = lanes
    }

    var partitions: [Partition] { lanes.map(\.partition) }

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

    /// Takes what lies behind the last record as passed: control records, and what was aborted or compacted
    /// away. Otherwise the log's beginning could move past the committed offset though nothing is lost.
    func passGaps(upTo position: (Partition) -> Offset?) {
        for lane in lanes.indices {
            guard let offset = position(lanes[lane].partition), offset > lanes[lane].next else { continue }
            lanes[lane].next = offset
        }
    }

    func commit() {
        aggregate.commit()
        isCovered = false
        moved = []
        unsentLetters = []
        commitDoubts()
        for lane in lanes.indices { lanes[lane].committed = lanes[lane].next }
    }

    func rollback() {
        aggregate.rollback()
        // A checkpoint goes on behind a transaction that failed, unless it was to begin with that one.
        if aggregate.snapshotFacts == nil { checkpoint = nil }
        checkpoint?.isComplete = false
        isCovered = false
        forgetPublishedInDoubt()
        for lane in lanes.indices { lanes[lane].next = lanes[lane].committed }
    }
}
