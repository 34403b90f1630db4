import Inventory
import Wire

extension Worker {
    /// Only transactions make a checkpoint whole; without them the state is recomputed from the input, and
    /// only where that begins is written down.
    var isCheckpointDue: Bool {
        guard let last = transaction.checkpointedMs else { return true }
        guard settings.delivery == .exactlyOnce else { return false }
        return log.nowMs - last >= settings.checkpointIntervalMs
    }

    /// A checkpoint is due and there is something to put into it, though no event came.
    var isIdleCheckpointDue: Bool { isCheckpointDue && isCheckpointUseful }

    /// Something changed since the last checkpoint, or was passed that changed nothing: duplicates, bad events,
    /// control records. A barrier that stayed behind those would ask for them again when the log has long
    /// deleted them.
    var isCheckpointUseful: Bool {
        settings.delivery == .exactlyOnce
            && shards.contains { shard in
                shard.aggregate.dirtyRecordCount > 0
                    || shard.lanes.contains {
                        max($0.next, log.position($0.partition) ?? $0.next) > $0.barrier
                    }
            }
    }

    /// The checkpoint that was written is committed.
    func markCheckpointed() {
        for shard in shards {
            shard.aggregate.markCheckpointed()
            shard.leftovers = []
            for lane in shard.lanes.indices { shard.lanes[lane].barrier = shard.lanes[lane].committed }
            guard shard.isRebuilt else { continue }
            shard.isRebuilt = false
            rebuilt.insert(shard.partitions)
        }
        transaction.checkpointedMs = log.nowMs
    }

    /// Writes the cells and seen ids that changed since the last checkpoint, then the barriers that say for
    /// which input offsets they stand. It counts only if the transaction commits.
    func writeCheckpoint(of shard: Shard) throws(LogFailure) {
        let isComplete = settings.delivery == .exactlyOnce
        if isComplete {
            var obsolete = shard.leftovers
            try shard.aggregate.forEachDirtyBucket { (bucket, cells) throws(LogFailure) in
                try send(.cells(bucket: bucket, cells), of: shard)
                obsolete.remove(placement.place(of: .cells(bucket: bucket), shard: shard))
            }
            try shard.aggregate.forEachDirtySeenChunk { (lane, place, chunk) throws(LogFailure) in
                let input = shard.lanes[lane].partition
                try send(.seen(input, place: place, chunk), of: shard)
                obsolete.remove(placement.place(of: .seen(input, place: place), shard: shard))
            }
            try writeMovements(of: shard, &obsolete)
            for place in obsolete { try delete(place, of: shard) }
        } else if !shard.leftovers.isEmpty {
            try log.awaitAcknowledgements()
            for place in shard.leftovers { try delete(place, of: shard) }
            try log.awaitAcknowledgements()
        }
        for (index, lane) in shard.lanes.enumerated() {
            let barrier = Barrier(
                partition: lane.partition, base: lane.base, offset: isComplete ? lane.next : lane.base,
                highestID: isComplete ? shard.aggregate.highestID(lane: index) : nil,
                cellCount: isComplete ? UInt32(shard.aggregate.pairCount) : 0,
                seenChunkCount: isComplete ? UInt32(shard.aggregate.seenChunkCount(lane: index)) : 0,
                alertCount: isComplete ? UInt32(shard.aggregate.publishedAlertCount) : 0,
                settings: settings.fingerprint, release: settings.release)
            try send(.barrier(barrier), of: shard)
        }
    }

    private func writeMovements(
        of shard: Shard, _ obsolete: inout Set<StatePlacement.Place>
    ) throws(LogFailure) {
        try shard.aggregate.forEachDirtyMovementChunk { (chunk) throws(LogFailure) in
            try send(.movements(chunk), of: shard)
            obsolete.remove(placement.place(of: .movements(number: chunk.number), shard: shard))
        }
        guard let first = shard.lanes.first, shard.aggregate.followsRows else { return }
        let summary = MovementLogSummary(
            partition: first.partition, offset: first.next, count: UInt64(shard.aggregate.movementCount),
            truncated: shard.aggregate.truncated)
        try send(.movementLog(summary), of: shard)
        obsolete.remove(placement.place(of: .movementLog(first.partition), shard: shard))
    }
}
