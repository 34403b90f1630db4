import Inventory
import Wire

extension Worker {
    /// A checkpoint is to begin with the next commit.
    var isCheckpointDue: Bool {
        guard let last = transaction.checkpointedMs else { return true }
        return !isCheckpointUnderWay && log.nowMs - last >= settings.checkpointIntervalMs
    }

    /// A checkpoint was begun, and some of it is still to be written.
    var isCheckpointUnderWay: Bool { shards.contains { $0.checkpoint != nil } }

    /// A checkpoint is due and there is something to put into it, though no event came.
    var isIdleCheckpointDue: Bool { isCheckpointDue && isCheckpointUseful }

    /// Something changed since the last checkpoint, or was passed that changed nothing: duplicates, bad events,
    /// control records. A barrier that stayed behind those would ask for them again when the log has long
    /// deleted them.
    var isCheckpointUseful: Bool {
        shards.contains { shard in
            shard.aggregate.dirtyRecordCount > 0
                || shard.lanes.contains {
                    max($0.next, log.position($0.partition) ?? $0.next) > $0.barrier
                }
        }
    }

    /// Bytes of checkpoint records that one transaction may hold. What pins where a history begins, or new rules
    /// or a rebuild, is not spread: until it is there nothing else may count.
    private var sliceBytes: Int {
        let isWhole = settings.checkpointIntervalMs == 0 || transaction.checkpointedMs == nil
        return isWhole ? .max : settings.checkpointSliceBytes
    }

    /// Writes what this transaction takes of the checkpoints under way.
    /// - Parameter begins: new ones begin with this transaction.
    func writeCheckpoints(begins: Bool) throws(LogFailure) {
        if begins {
            for shard in shards where shard.checkpoint == nil { shard.beginCheckpoint() }
            transaction.beginsCheckpoint = true
        }
        var room = sliceBytes
        var complete: [Shard] = []
        for shard in shards where shard.checkpoint != nil && room > 0 {
            if try writeSlice(of: shard, &room) { complete.append(shard) }
        }
        guard !complete.isEmpty else { return }
        // Without transactions only the order makes it safe: records, then barriers, then positions.
        if settings.delivery == .atLeastOnce {
            try log.awaitAcknowledgements()
            transaction.holdsBarriers = true
        }
        for shard in complete {
            guard let checkpoint = shard.checkpoint else { continue }
            for record in shard.barriers(of: checkpoint, settings) { try send(record, of: shard) }
            shard.checkpoint?.isComplete = true
        }
        if settings.delivery == .atLeastOnce { try log.awaitAcknowledgements() }
        for shard in complete { try deleteLeftovers(of: shard) { $0.isBarrier } }
    }

    /// - Returns: whether nothing is left but the barriers.
    private func writeSlice(of shard: Shard, _ room: inout Int) throws(LogFailure) -> Bool {
        guard let generation = shard.checkpoint?.generation else { return false }
        try shard.aggregate.writeSnapshot { (record) throws(LogFailure) in
            let stamped = stamped(record, generation, shard)
            if !shard.leftovers.isEmpty {
                let place = StatePlacement.Place(
                    placement.partition(of: stamped.name, shard: shard), stamped.key)
                shard.checkpoint?.replaced.insert(place)
            }
            room -= try send(stamped, of: shard)
            return room > 0
        }
        guard shard.aggregate.isSnapshotWritten else { return false }
        // Other barriers go when the new ones are there: until then they say what there was.
        try deleteLeftovers(of: shard) { !$0.isBarrier }
        return true
    }

    private func deleteLeftovers(
        of shard: Shard, where isWanted: (StateRecord.Name) -> Bool
    ) throws(LogFailure) {
        let replaced = shard.checkpoint?.replaced ?? []
        for place in shard.leftovers where isWanted(place.key.name) && !replaced.contains(place) {
            try delete(place, of: shard)
        }
    }

    private func stamped(
        _ record: SnapshotRecord, _ generation: UInt64, _ shard: Shard
    ) -> StateRecord {
        switch record {
        case .cells(let bucket, let cells, let slot):
            .cells(bucket: bucket, cells, Stamp(generation: generation, slot: slot))
        case .seen(let place, let chunk, let slot):
            .seen(
                shard.lanes[place.lane].partition, place: place.place, chunk,
                Stamp(generation: generation, slot: slot))
        case .movements(let images, let slot):
            .movements(images, Stamp(generation: generation, slot: slot))
        }
    }

    /// What the transaction held of checkpoints is committed.
    func markCheckpointed() {
        if transaction.beginsCheckpoint { transaction.checkpointedMs = log.nowMs }
        for shard in shards where shard.checkpoint?.isComplete == true {
            if shard.isRebuilt { rebuilt.insert(shard.partitions) }
            shard.finishCheckpoint()
        }
    }

    /// Before an orderly end: writes what is left of the checkpoint under way and one of what came since, as far as
    /// there is time. One that is left unfinished is safe: the next start begins at the one before.
    func finishCheckpoints() throws(LogFailure) {
        let deadline = log.nowMs + Self.finishingMs
        while isCheckpointUnderWay || isCheckpointUseful, log.nowMs < deadline { try commit(isFinal: true) }
    }

    /// Half of what the daemon has for its end.
    private static var finishingMs: Int64 { 5_000 }
}
