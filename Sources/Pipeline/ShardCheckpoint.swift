import Inventory
import Wire

/// A checkpoint of one shard that is being written, in one transaction or over several.
///
/// Its barriers go out last: until they are there, the records of its generation count for nothing.
struct ShardCheckpoint {
    let generation: UInt64
    /// What the barriers will stand for, by lane: as of the transaction that it began with.
    let offsets: [Offset]
    /// The barriers are part of the open transaction.
    var isComplete = false
    /// Where records of this generation replace what was left over.
    var replaced: Set<StatePlacement.Place> = []
}

extension Shard {
    /// Begins a checkpoint of what the open transaction leaves.
    func beginCheckpoint() {
        aggregate.takeSnapshot()
        generation += 1
        checkpoint = ShardCheckpoint(generation: generation, offsets: lanes.map(\.next))
    }

    /// The checkpoint's barriers are committed: it is the one that counts.
    func finishCheckpoint() {
        guard let done = checkpoint, done.isComplete else { return }
        if aggregate.snapshotFacts?.followsRows == true {
            movementLogMark = RecordMark(generation: done.generation, slot: movementLogMark.nextSlot)
        }
        aggregate.finishSnapshot(generation: done.generation)
        leftovers = []
        for lane in lanes.indices {
            lanes[lane].barrier = done.offsets[lane]
            lanes[lane].mark = RecordMark(generation: done.generation, slot: lanes[lane].mark.nextSlot)
        }
        isRebuilt = false
        checkpoint = nil
    }

    /// The barriers of the checkpoint, and the summary of its movement log if there is one.
    func barriers(of checkpoint: ShardCheckpoint, _ settings: PipelineSettings) -> [StateRecord] {
        guard let facts = aggregate.snapshotFacts else { return [] }
        let digest = aggregate.digest(afterSnapshotOf: checkpoint.generation)
        var records: [StateRecord] = []
        if facts.followsRows, let first = lanes.first {
            records.append(
                .movementLog(
                    MovementLogSummary(
                        partition: first.partition, offset: checkpoint.offsets[0],
                        count: UInt64(facts.movementCount), truncated: facts.truncated,
                        stamp: Stamp(generation: checkpoint.generation, slot: movementLogMark.nextSlot),
                        digest: facts.movementDigest)))
        }
        for (index, lane) in lanes.enumerated() {
            records.append(
                .barrier(
                    Barrier(
                        partition: lane.partition, base: lane.base, offset: checkpoint.offsets[index],
                        highestID: facts.highestIDs[index], cellCount: UInt32(facts.pairCount),
                        seenChunkCount: UInt32(facts.seenChunkCounts[index]),
                        alertCount: UInt32(facts.publishedAlertCount),
                        settings: settings.fingerprint, release: settings.release,
                        stamp: Stamp(generation: checkpoint.generation, slot: lane.mark.nextSlot),
                        laneCount: UInt32(lanes.count), digest: digest)))
        }
        return records
    }
}
