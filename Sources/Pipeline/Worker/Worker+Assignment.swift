import Inventory
import Wire

/// What the worker does as its assignment changes.
extension Worker {
    /// Takes over partitions. Nothing is fetched until their state is recovered.
    func begin(with partitions: [Partition]) throws(SessionFailure) {
        let unassigned = dropShards()
        try session.assign([])
        telemetry.assigned(partitions)
        assignment = unassigned.assigned(partitions, needsAll: settings.keyedBy == .none) {
            recovery(of: partitions)
        }
        if case .standby = assignment {
            // Others count on with the partitions that were suspended here.
            suspended = []
            views?.beginAnew()
        }
    }

    /// Commits what can be committed, and hands the partitions back to the group. Unless it is the end they may come
    /// back soon, so their shards are suspended.
    func release(_ occasion: CommitOccasion) throws(SessionFailure) {
        do throws(SessionFailure) {
            // After an unfinished rollback the position is ahead of what was applied.
            if let live = assignment.live, unfinishedRollback == nil {
                if transaction.map({ $0.records > 0 }) ?? false { try commit(live, .handover) }
                // In a transaction of its own: if it takes too long, the events count all the same.
                if occasion == .end, live.isCheckpointUseful(session.position) { try commit(live, .end) }
            }
            if transaction?.begunMs != nil || unfinishedRollback == .abort { try rollback() }
            suspended = []
            if occasion == .handover, let live = assignment.live { suspend(live) }
        } catch {
            // The group keeps the last committed offsets; the next owner begins there.
            telemetry.gaveUpUncommitted(error.message)
            session.discardProducer()
            isPrepared = false
            suspended = []
        }
        dropShards()
        telemetry.revoked()
        try session.unassign()
    }

    /// The partitions belong to others already: whatever is open can only be aborted.
    func losePartitions() throws(SessionFailure) {
        telemetry.lost()
        let mustAbort = transaction?.begunMs != nil || unfinishedRollback == .abort
        dropShards()
        suspended = []
        if mustAbort { unfinishedRollback = .abort }
        try session.unassign()
        if mustAbort { try rollback() }
    }

    /// Forgets what is not committed, and the state itself.
    @discardableResult
    func dropShards() -> Assignment<Recovery<S>, LiveShards>.Unassigned {
        transaction = nil
        unfinishedRollback = nil
        policy.ended()
        reference.stopKeeping()
        return assignment.release()
    }

    private func suspend(_ live: LiveShards) {
        // A required checkpoint is not written yet, so the next recovery must plan again.
        guard !checkpointer.isRequired else { return }
        for shard in live.shards {
            var ends: [PartitionPosition] = []
            for partition in live.placement.partitions(of: shard.partitions) {
                // A failing broker would be waited for again with each shard.
                guard let bounds = try? session.bounds(.state, partition) else { return }
                ends.append(PartitionPosition(partition, bounds.upperBound))
            }
            suspended.append(SuspendedShard(shard: shard, stateEnds: ends))
        }
    }

    /// Sets out to recover partitions, with whatever was suspended of them.
    func recovery(of partitions: [Partition]) -> Recovery<S> {
        defer { suspended = [] }
        let tools = RecoveryTools(
            session: session, settings: settings, catalog: reference.catalog, decoder: applier.decoder,
            telemetry: telemetry)
        return Recovery(tools, partitions, suspended: suspended, rebuilt: rebuilt, sizes: sizes)
    }

    /// Advances a recovery by one piece, and goes live when it is complete. Rebalances are answered even while a
    /// broker fails: until then all other members wait, up to their `max.poll.interval.ms`.
    func recoverFurther() throws(SessionFailure) {
        guard case .recovering(var recovering) = assignment else { return }
        do throws(SessionFailure) {
            try advance(&recovering)
        } catch {
            // Brings no records, since nothing is assigned yet.
            if case .unavailable = error { try take(session.poll(maxRecords: 1, waitMs: 0), room: 1) }
            throw error
        }
    }

    private func advance(
        _ recovering: inout Assignment<Recovery<S>, LiveShards>.Recovering
    ) throws(SessionFailure) {
        let recovery = recovering.recovery
        // Before the producer is prepared: a second member by mistake must not fence the first.
        let verdict = try recovering.check(
            needsAll: recovery.needsAllPartitions,
            { () throws(SessionFailure) in try sizes.inputCount(settings) }, nowMs: session.nowMs,
            waitMs: settings.sessionTimeoutMs * 3 / 2)
        assignment = .recovering(recovering)
        switch verdict {
        case .goOn: break
        case .wait(let isNews):
            let count = try sizes.inputCount(settings)
            if isNews { telemetry.waitsForPartitions(recovery.partitions.count, of: count) }
            return session.pause(ms: 20)
        case .giveUp: throw .misconfigured(try partialAssignment(recovery))
        }
        if !isPrepared {
            try session.prepareTransactions()
            isPrepared = true
        }
        guard try recovery.advance() else { return }
        guard reference.isWhole else {
            telemetry.waitsForReference()
            return session.pause(ms: 5)
        }
        try goLive(recovering)
    }

    private func goLive(
        _ recovering: Assignment<Recovery<S>, LiveShards>.Recovering
    ) throws(SessionFailure) {
        let recovery = recovering.recovery
        reference.join(recovery.shards)
        let former = recovery.rebuild.map { FormerState($0) }
        former?.restorePublished()
        if views?.numbersTerms == true { try numberTerms(recovery) }
        let live = LiveShards(recovery.shards, recovery.placement, replacing: former)
        try session.assign(live.committedPositions)
        checkpointer.begin(isRequired: recovery.needsCheckpoint, nowMs: session.nowMs)
        assignment = recovering.recovered(live)
        views?.beginAnew()
        if live.shard(of: Partition(0)) != nil { reference.startKeeping(from: recovery.referenceRejected) }
        telemetry.recovered(pairs: live.pairCount)
    }

    /// Numbers the shards with the end of the state log.
    ///
    /// No two owners have the same end: nothing is shown before the first commit, which always writes a position to
    /// this partition. And the next owner, who waits for that commit or prevents it, asks for the end after it.
    private func numberTerms(_ recovery: Recovery<S>) throws(SessionFailure) {
        for shard in recovery.shards {
            let first = shard.partitions[0]
            let partition = recovery.placement.partition(of: .position(first), shardOf: first)
            shard.term = try session.bounds(.state, partition).upperBound.rawValue
        }
    }

    private func partialAssignment(_ recovery: Recovery<S>) throws(SessionFailure) -> String {
        let found =
            "this worker was assigned \(recovery.partitions.count) of the \(try sizes.inputCount(settings)) "
            + "partitions of \(settings.inputTopic), so another member is in the consumer group; "
        if settings.keyedBy == .product {
            return found
                + "the stored state was written with another input.keyed_by or input.topic, and only the "
                + "owner of all partitions can rebuild it. Stop the others and start one daemon with "
                + "workers: 1 and --rebuild; once it is ready, start the others without --rebuild."
        }
        return found
            + "with input.keyed_by: none one worker must own all of them. Stop the other member. Or, if the "
            + "producers key their events by product_id, set input.keyed_by: product in every daemon and "
            + "start one of them once with --rebuild and workers: 1."
    }
}
