import Inventory
import Wire

/// What the state topic holds of a shard besides its cells and movements.
struct StoredState {
    /// Of the newest whole checkpoint.
    var barriers: [Partition: Barrier] = [:]
    var ledger = StoredLedger()
    /// What earlier releases left of it in other partitions; part of the ledger once everything was read.
    var earlierLedger = StoredLedger()
    /// When the newest word of each input partition's offset was written, in milliseconds since the epoch.
    var writtenMs: [Partition: Int64] = [:]
    /// How many cells each bucket has.
    var bucketSizes: [UInt32: Int] = [:]
    var chunks: [StateRecord.Name: SeenChunk] = [:]
    var movementLog: MovementLogSummary?
    /// Records that lie in another partition than they would be written to, and are not deleted: where each is.
    var misplaced: [StatePlacement.Place: Offset] = [:]
    /// All barriers that were read, also of checkpoints that are not whole here.
    var unfinished: [Barrier] = []
    /// The newest whole checkpoint; 0 where none was counted.
    var whole: UInt64 = 0
    /// The greatest generation that any record has.
    var generation: UInt64 = 0
    /// Records of checkpoints that never became whole, and nothing stands instead: the next checkpoint deletes
    /// them.
    var leftovers: Set<StateRecord.Key> = []
    /// What such records are of where something stands instead: the next checkpoint replaces them.
    var replaced: Set<StateRecord.Key> = []
    /// Everything of checkpoints that is there, both records of each name: what a rebuild leaves behind.
    var everything: Set<StateRecord.Key> = []

    /// What is of an input topic that another follows: the ids seen in it, and partitions that only it has.
    var keysOfTopic: Set<StateRecord.Key> {
        everything.filter { key in
            switch key.name {
            case .seen, .barrier, .position: true
            default: false
            }
        }
    }

    mutating func note(_ timeMs: Int64?, of record: StateRecord) {
        let partition: Partition? =
            switch record {
            case .position(let partition, _): partition
            case .barrier(let barrier): barrier.partition
            default: nil
            }
        if let partition, let timeMs { writtenMs[partition] = max(timeMs, writtenMs[partition] ?? timeMs) }
    }

    /// Input partitions that are no more, though their events were counted.
    func vanished(_ inputs: [Partition]) -> [Partition] {
        barriers.keys.filter { !inputs.contains($0) }.sorted()
    }
}

extension Shard {
    /// Goes on where the stored checkpoints end.
    func restoreCheckpoint(from stored: StoredState, _ delivery: PipelineSettings.Delivery) {
        setGeneration(beyond: stored.generation, delivery)
        for lane in lanes.indices {
            lanes[lane].mark = Self.mark(stored.barriers[lanes[lane].partition]?.stamp)
        }
        movementLogMark = Self.mark(stored.movementLog?.stamp)
    }

    /// - Parameter greatest: that of any record.
    func setGeneration(beyond greatest: UInt64, _ delivery: PipelineSettings.Delivery) {
        generation = greatest
        // Nobody keeps a predecessor that was thought dead from writing: it must not come to the same number.
        if delivery == .atLeastOnce { generation += .random(in: 0..<1 << 20) }
    }

    private static func mark(_ stamp: Stamp?) -> RecordMark {
        stamp.map { RecordMark($0) } ?? .none
    }
}

extension RecordMark {
    init(_ stamp: Stamp) { self.init(generation: stamp.generation, slot: stamp.slot) }
}
