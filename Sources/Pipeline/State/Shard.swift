import Inventory
import Wire

/// The state of the input partitions that share stock entries: one partition where the input is keyed by product,
/// all of them where it is not.
final class Shard {
    /// One input partition's progress.
    struct Input {
        let partition: Partition
        /// The first offset that stockd counts of the partition.
        var base: Offset
        /// The next offset to apply.
        var next: Offset
        /// The offset the last committed transaction carried.
        var committed: Offset
        /// The offset that the last committed checkpoint stands for.
        var checkpoint: Offset
    }

    var aggregate: Aggregate
    /// Ascending by partition; the index is the aggregate's.
    var inputs: [Input]
    /// Greater than that of every owner that has shown these partitions before; 0 where no reader asks for it.
    var term: Int64 = 0
    /// The chunks that were last shown.
    var shown: [ShownChunk] = []
    /// The open transaction holds an offset of the shard: only then may its state be written.
    var isCovered = false
    /// Nil where nobody asks for the history of the stock.
    var history: HistoryWriter?
    /// Events that a rebuild read for the first time and rejected.
    var unsentDeadLetters: [KeptDeadLetter] = []

    init(aggregate: consuming Aggregate, inputs: [Input], history: HistoryWriter? = nil) {
        self.aggregate = aggregate
        self.inputs = inputs
        self.history = history
    }

    var partitions: [Partition] { inputs.map(\.partition) }

    var committedPositions: [PartitionPosition] {
        inputs.map { PartitionPosition($0.partition, $0.committed) }
    }

    /// Counts offsets without records as passed: control records, and what was aborted or compacted away. Otherwise
    /// the log's beginning could move past the committed offset though nothing is lost.
    func passGaps(upTo position: (Partition) -> Offset?) {
        for index in inputs.indices {
            guard let offset = position(inputs[index].partition), offset > inputs[index].next else {
                continue
            }
            inputs[index].next = offset
        }
    }

    /// Whether anything changed or was passed since the last checkpoint. Duplicates, rejected events and control
    /// records count, too: otherwise a recovery would ask for offsets that the log has deleted long ago.
    func isCheckpointUseful(_ position: (Partition) -> Offset?) -> Bool {
        aggregate.isDirty
            || inputs.contains { max($0.next, position($0.partition) ?? $0.next) > $0.checkpoint }
    }

    func commit(withCheckpoint: Bool) {
        commitAggregate()
        if withCheckpoint { aggregate.markClean() }
        isCovered = false
        unsentDeadLetters = []
        for index in inputs.indices {
            inputs[index].committed = inputs[index].next
            if withCheckpoint { inputs[index].checkpoint = inputs[index].next }
        }
    }

    /// Only what is committed becomes history.
    func commitAggregate() {
        history?.append(aggregate)
        aggregate.commit()
    }

    func rollback() {
        aggregate.rollback()
        isCovered = false
        for index in inputs.indices { inputs[index].next = inputs[index].committed }
    }

    /// The records that make a checkpoint whole: one for each input partition.
    func checkpointRecords(_ settings: PipelineSettings) -> [CheckpointRecord] {
        let counts = aggregate.checkpointCounts
        return inputs.enumerated().map { index, input in
            CheckpointRecord(
                partition: input.partition, base: input.base, offset: input.next,
                pairs: UInt32(counts.pairs), publishedAlerts: UInt32(counts.publishedAlerts),
                movements: UInt64(counts.movements), truncated: counts.truncated,
                dedupe: counts.dedupe[index], settings: settings.fingerprint, release: settings.release)
        }
    }
}
