import Inventory
import Wire

extension Worker {
    /// Takes over partitions: nothing is fetched until their state stands as it was committed.
    func begin(with partitions: [Partition]) throws(LogFailure) {
        transaction.close()
        dropShards()
        try log.assign([])
        telemetry.assigned(partitions)
        ownership = .unchecked
        isStandingBy = partitions.isEmpty
        guard !partitions.isEmpty || settings.keyedBy == .none else {
            phase = .unassigned
            views?.beginAnew()
            return
        }
        phase = .recovering(recovery(of: partitions))
    }

    /// Where a pair's events may be in any partition, only the owner of all of them knows its stock.
    ///
    /// A member that was killed while it joined keeps its share until its session times out, so the rest is
    /// waited for longer than that before another live member is to blame.
    /// - Returns: whether all that is needed is there.
    private func ownsEnough(_ recovery: Recovery<L>) throws(LogFailure) -> Bool {
        guard settings.keyedBy == .none || recovery.isRelayout else { return true }
        let mine = recovery.partitions.count
        let count = try sizes.inputCount(settings)
        guard mine != count else {
            incompleteSinceMs = nil
            return true
        }
        let since = incompleteSinceMs ?? log.nowMs
        if incompleteSinceMs == nil {
            incompleteSinceMs = since
            telemetry.waitsForPartitions(mine, of: count)
        }
        guard log.nowMs - since > settings.sessionTimeoutMs * 3 / 2 else {
            log.pause(ms: 20)
            return false
        }
        let found =
            "this worker was assigned \(mine) of the \(count) partitions of \(settings.inputTopic), so another "
            + "member is in the consumer group; "
        throw .misconfigured(
            recovery.isRelayout
                ? found
                    + "the stored state is of another input.keyed_by or input.topic, and only the owner of all "
                    + "partitions can write it anew. Stop the others and start one daemon with workers: 1; once it "
                    + "is ready, start as many as you like without --rebuild."
                : found
                    + "with input.keyed_by: none one worker must own all of them. Stop the other member, or, if "
                    + "the events' partition follows their product, set input.keyed_by: product on all of them and "
                    + "start one of them once with --rebuild, because the stored state is laid out by it.")
    }

    /// With the input keyed by product, a product in two partitions would have its stock split.
    func checkKeying() throws(LogFailure) {
        guard settings.keyedBy == .product else { return }
        for shard in shards {
            guard let (product, one, other) = productPartitions.conflict(in: shard) else { continue }
            throw .misconfigured(
                "product \(product.rawValue) is in partitions \(one.rawValue) and \(other.rawValue) of "
                    + "\(settings.inputTopic), though input.keyed_by says product. Have the producers key their "
                    + "events by product_id, or set input.keyed_by: none with one worker and, because the stored "
                    + "state is laid out by it, start once with --rebuild.")
        }
    }

    /// Finishes what can be finished, and hands the partitions back to the group.
    func giveUpPartitions(parking: Bool) throws(LogFailure) {
        do throws(LogFailure) {
            // With a put-back that did not get through, the log's position is ahead of what was applied.
            let isAhead = transaction.mustPutBack
            // What was begun again is not whole yet: whoever goes on begins it once more.
            let isBehind = isBehindIntents
            if case .running = phase, !isAhead, !isBehind {
                if transaction.hasWork { try commit(isFinal: !parking) }
                if !parking { try finishCheckpoints() }
            }
            if transaction.isOpen { try putBack() }
            if parking, !isBehind { park() } else { parked = [] }
        } catch {
            // The group keeps the last committed offsets; the next owner begins there.
            telemetry.gaveUpUncommitted(error.message)
            log.discardProducer()
            isPrepared = false
            parked = []
        }
        transaction.close()
        dropShards()
        phase = .unassigned
        isStandingBy = false
        telemetry.revoked()
        try log.unassign()
    }

    /// The partitions belong to others already: whatever is open can only be aborted.
    func losePartitions() throws(LogFailure) {
        telemetry.lost()
        let wasOpen = transaction.isOpen
        transaction.close()
        dropShards()
        parked = []
        phase = .unassigned
        isStandingBy = false
        transaction.isOpen = wasOpen
        try log.unassign()
        if wasOpen { try putBack() }
    }

    func dropShards() {
        shards = []
        routes = []
        reference?.stopKeeping()
        productPartitions.removeAll()
    }

    private func park() {
        // What a first checkpoint is still to pin must be worked out anew.
        guard case .running = phase, transaction.checkpointedMs != nil else { return }
        for shard in shards {
            // A broker that does not answer would be waited for again with each shard.
            guard let bounds = try? stateEnds(of: shard) else { return }
            parked.append(ParkedShard(shard: shard, stateEnds: bounds))
        }
    }

    /// Where each state partition that may hold records of the shard ends now.
    private func stateEnds(of shard: Shard) throws(LogFailure) -> [PartitionPosition] {
        var ends: [PartitionPosition] = []
        for partition in placement.partitions(of: shard.partitions) {
            ends.append(PartitionPosition(partition, try log.bounds(.state, partition).upperBound))
        }
        return ends
    }

    /// Sets out to recover partitions, with whatever was parked of them.
    func recovery(of partitions: [Partition]) -> Recovery<L> {
        defer { parked = [] }
        return Recovery(
            log: log, settings: settings, catalog: catalog, decoder: decoder, telemetry: telemetry,
            partitions: partitions.sorted(), parked: parked, rebuilt: rebuilt,
            sizes: sizes)
    }

    /// Takes a recovery further. The group is answered also while a broker that it needs does not answer: until then
    /// all other members wait, up to their `max.poll.interval.ms`.
    func advanceOrListen(_ recovery: Recovery<L>) throws(LogFailure) {
        do throws(LogFailure) {
            try advance(recovery)
        } catch {
            // Nothing is assigned yet, so that no records come.
            if case .unavailable = error { try take(log.poll(maxRecords: 1, waitMs: 0)) }
            throw error
        }
    }

    /// Takes a recovery one piece further, and goes live when it is complete.
    private func advance(_ recovery: Recovery<L>) throws(LogFailure) {
        // Before the producer is prepared: a second member by mistake must not fence the first.
        let needed: Ownership = settings.keyedBy == .none || recovery.isRelayout ? .whole : .right
        if ownership != needed {
            guard try ownsEnough(recovery) else { return }
            ownership = needed
        }
        if !isPrepared {
            try log.prepareTransactions()
            isPrepared = true
        }
        guard try recovery.advance() else { return }
        guard reference?.isWhole ?? true else {
            telemetry.waitsForReference()
            return log.pause(ms: 5)
        }
        joinReference()
        placement = recovery.placement
        shards = recovery.shards
        routes = []
        for (index, shard) in shards.enumerated() {
            if shard.aggregate.catalog !== catalog { shard.aggregate.adopt(catalog) }
            for (lane, state) in shard.lanes.enumerated() {
                let partition = Int(state.partition.rawValue)
                while routes.count <= partition { routes.append(nil) }
                routes[partition] = Route(shard: index, lane: lane)
            }
        }
        recovery.settleLedger()
        try log.assign(shards.flatMap(\.committedPositions))
        // A first checkpoint at once: it pins where this partition's history begins, or what was rebuilt.
        transaction.checkpointedMs = recovery.needsCheckpoint ? nil : log.nowMs
        phase = .running
        views?.beginAnew()
        if route(of: Partition(0)) != nil, settings.hasDeadLetterTopic {
            reference?.startKeeping(from: recovery.referenceRefused)
        }
        telemetry.recovered(pairs: shards.reduce(0) { $0 + $1.aggregate.pairCount })
    }
}

/// A shard given back in good order, and where its state records ended then.
struct ParkedShard {
    var shard: Shard
    var stateEnds: [PartitionPosition]
}
