import Inventory
import Wire

extension Worker {
    func openTransaction() throws(LogFailure) {
        guard !transaction.isOpen else { return }
        try log.begin()
        transaction.isOpen = true
        transaction.openedMs = log.nowMs
    }

    /// Sends what differs from the published tables, each change with the ledger record that remembers it.
    func publishChanges(of shard: Shard) throws(LogFailure) {
        if shard.aggregate.hasPendingChanges {
            try shard.aggregate.consolidate { (change) throws(LogFailure) in
                try self.publish(change, of: shard)
            }
        }
        try settleDoubts(of: shard)
    }

    func send(_ change: OutputChange, of shard: Shard, isShown: Bool) throws(LogFailure) {
        switch change {
        case .alert(let alert, let entry):
            try messages.alert(alert, as: settings.alertFormat) { (key, value) throws(LogFailure) in
                try log.send(OutgoingMessage(topic: .alerts, key: key, value: value))
            }
            try remember(.alert(alert.pair, entry), of: shard)
            telemetry.published(alert)
            if isShown { views?.note(alert) }
            transaction.alertChanges += 1
        case .stock(let pair, let row, let fingerprint):
            try messages.stock(pair, row) { (key, value) throws(LogFailure) in
                try log.send(OutgoingMessage(topic: .stockLevels, key: key, value: value))
            }
            try remember(.stockFingerprint(pair, fingerprint), of: shard)
        case .rollup(let product, let row, let fingerprint):
            try messages.rollup(product, row) { (key, value) throws(LogFailure) in
                try log.send(OutgoingMessage(topic: .rollup, key: key, value: value))
            }
            try remember(.rollupFingerprint(product, fingerprint), of: shard)
        }
        transaction.sent += 1
    }

    /// With transactions the ledger goes out beside its change. Without, it follows once the change is
    /// acknowledged: a crash in between may then repeat a change, never swallow one.
    func remember(_ record: StateRecord, of shard: Shard) throws(LogFailure) {
        if !shard.doubts.isEmpty { shard.publishedInDoubt.append(record.name) }
        guard settings.delivery == .atLeastOnce else {
            try send(record, of: shard)
            return
        }
        transaction.ledger.append((record, shard))
    }

    /// Sends the ledger records that waited for their changes.
    func sendLedger() throws(LogFailure) {
        try sendIntended()
        guard !transaction.ledger.isEmpty else { return }
        try log.awaitAcknowledgements()
        for (record, shard) in transaction.ledger { try send(record, of: shard) }
        for shard in shards {
            for name in shard.takeSpentIntents() {
                try delete(placement.place(of: name, shard: shard), of: shard)
            }
        }
    }

    /// Whether records of the shard may be written.
    func isCovered(_ shard: Shard) -> Bool { shard.isCovered || settings.delivery == .atLeastOnce }

    /// - Returns: the bytes of its key and value.
    @discardableResult
    func send(_ record: StateRecord, of shard: Shard) throws(LogFailure) -> Int {
        guard isCovered(shard) else {
            throw .fatal("state of a shard was to be written whose offset is not part of the transaction")
        }
        let partition = placement.partition(of: record.name, shard: shard)
        var bytes = 0
        transaction.stateRecords += 1
        try messages.state.encode(record) { (key, value) throws(LogFailure) in
            bytes = key.count + value.count
            try log.send(OutgoingMessage(topic: .state, partition: partition, key: key, value: value))
        }
        return bytes
    }

    /// Deletes what was left of before a rebuild, wherever it may lie: with a tombstone in its own place alone, an
    /// older one in an earlier place would stand again once compaction has dropped the tombstone.
    func delete(_ place: StatePlacement.Place, of shard: Shard) throws(LogFailure) {
        guard isCovered(shard) else {
            throw .fatal("state of a shard was to be deleted whose offset is not part of the transaction")
        }
        transaction.stateRecords += 1
        try messages.state.encodeKey(of: place.key) { (key) throws(LogFailure) in
            try log.send(OutgoingMessage(topic: .state, partition: place.partition, key: key, value: nil))
        }
    }

    /// Writes the ledger of another layout where this one has it, before anything newer is.
    func sendMoved(of shard: Shard) throws(LogFailure) {
        guard !shard.moved.isEmpty else { return }
        if settings.delivery == .atLeastOnce { try markMove(of: shard) }
        for record in shard.moved { try send(record, of: shard) }
        // Without transactions an entry must lie in its new place before its old one is deleted.
        if settings.delivery == .atLeastOnce { try log.awaitAcknowledgements() }
    }

    /// Positions of other partitions in the first one tell the layout by product that it is not alone any more: it
    /// would take what is moved there for alerts of products that are no more, and resolve them.
    private func markMove(of shard: Shard) throws(LogFailure) {
        guard settings.keyedBy == .none else { return }
        for lane in shard.lanes.dropFirst() where lane.committed > lane.base {
            try send(.position(lane.partition, lane.committed), of: shard)
        }
        try log.awaitAcknowledgements()
    }

    /// The offsets to commit; with a first checkpoint all of them, so that the group's lag is known.
    ///
    /// Every shard that is to write anything commits an offset of its own, moved or not, before it writes. With
    /// the offsets Kafka checks the group's generation, without which a worker evicted unawares could still
    /// publish; and the next owner of a partition, who asks for its stable offset first, waits for every
    /// transaction that touches its state, also one whose records have not all reached the state topic yet.
    func positionsToCommit(withCheckpoint checkpoint: Bool) -> [PartitionPosition] {
        var positions: [PartitionPosition] = []
        for shard in shards {
            shard.passGaps(upTo: log.position)
            let moved = shard.lanes.filter { $0.next != $0.committed || transaction.checkpointedMs == nil }
            let isToWrite =
                checkpoint || shard.checkpoint != nil || shard.aggregate.hasPendingChanges
                || isToRemember(of: shard)
            let lanes = moved.isEmpty && isToWrite ? Array(shard.lanes.prefix(1)) : moved
            positions += lanes.map { PartitionPosition($0.partition, $0.next) }
            shard.isCovered = !lanes.isEmpty
        }
        if positions.isEmpty, let shard = shards.first, let lane = shard.lanes.first {
            positions.append(PartitionPosition(lane.partition, lane.next))
            shard.isCovered = true
        }
        return positions
    }

    /// The owner of input partition 0 writes down how far reference topics are in the dead letters.
    private func isToRemember(of shard: Shard) -> Bool {
        guard let reference, !reference.refused.isEmpty, let route = route(of: Partition(0)) else {
            return false
        }
        return shards[route.shard] === shard
    }

    /// Repeats the offsets in the state topic, where they tell how far the published ledger goes even when
    /// the group's own offsets have expired or were reset.
    func sendPositions(_ positions: [PartitionPosition]) throws(LogFailure) {
        for position in positions {
            guard let route = route(of: position.partition) else { continue }
            try send(.position(position.partition, position.offset), of: shards[route.shard])
        }
    }

    /// Goes back to the last commit: Kafka's transaction, our state and the consumer's position.
    ///
    /// What fails of it is tried again before anything else is done: reading on would skip the records of the
    /// transaction that was taken back.
    func putBack() throws(LogFailure) {
        let wasOpen = transaction.isOpen
        noteDoubts()
        transaction.close()
        for shard in shards { shard.rollback() }
        transaction.isOpen = wasOpen
        transaction.mustPutBack = true
        if wasOpen {
            try log.abort()
            telemetry.aborted()
            transaction.isOpen = false
        }
        if case .running = phase { try log.rewind(to: shards.flatMap(\.committedPositions)) }
        transaction.mustPutBack = false
    }
}
