import Inventory

/// What the worker does about failures, so that the next step starts from a state that Kafka agrees with.
extension Worker {
    /// The rest of a rollback to the last commit.
    enum Rollback {
        case abort
        case rewind
    }

    func handle(_ failure: SessionFailure) throws(StopReason) {
        var failure = failure
        // A remedy can fail in turn; each is heavier than the one before, so this ends.
        for _ in 0..<4 {
            do throws(SessionFailure) {
                try remedy(failure)
                return
            } catch {
                failure = error
            }
            if failure.isFinal { break }
        }
        try stop(for: failure)
    }

    private func remedy(_ failure: SessionFailure) throws(SessionFailure) {
        switch failure {
        case .unavailable(let message):
            telemetry.unavailable(message)
            if transaction != nil || unfinishedRollback != nil {
                if unfinishedRollback == nil { try rollback() }
                try checkOutputs()
            }
            session.pause(ms: backoff.delayMs(.broker))
        case .mustAbort(let message, let reason):
            telemetry.mustAbort(message)
            if transaction.map({ $0.deadLetters > 0 }) ?? false { deadLetterLimits.giveWay(to: reason) }
            try shrinkOverlongTransaction()
            try rollback()
            if backoff.isTried(.transaction) { try checkOutputs() }
            session.pause(ms: backoff.delayMs(.transaction))
        case .unknownOutcome(let message):
            telemetry.unknownOutcome(message)
            try shrinkOverlongTransaction()
            try recoverFromUnknownOutcome()
            // A broker that refuses every new producer must not be asked a hundred times a second.
            session.pause(ms: backoff.delayMs(.transaction))
        case .fenced(let message):
            telemetry.fenced(message)
            // A coordinator also fences a producer whose transaction took too long.
            guard try shrinkOverlongTransaction() || backoff.toleratesFencing(nowMs: session.nowMs) else {
                throw .misconfigured(
                    message + " (again and again: two daemons share one kafka.transactional_id or "
                        + "kafka.group_instance_id; each worker needs its own)")
            }
            try recoverFromUnknownOutcome()
        case .outdated(let message):
            telemetry.outdated(message)
            try recoverFromUnknownOutcome()
            // A recovery under way may have read what does not exist any more.
            if case .recovering(let recovering) = assignment {
                assignment = recovering.restarted(recovery(of: recovering.partitions))
            }
            session.pause(ms: backoff.delayMs(.broker))
        case .offsetOutOfRange, .misconfigured, .fatal:
            throw failure
        }
    }

    /// Rolls back to the last commit: Kafka's transaction, our state and the consumer's position.
    ///
    /// What fails is tried again before anything else: reading on would skip the records of the transaction that was
    /// rolled back.
    func rollback() throws(SessionFailure) {
        if unfinishedRollback == nil {
            unfinishedRollback = transaction?.begunMs == nil ? .rewind : .abort
            transaction = nil
            policy.ended()
            assignment.live?.rollback()
        }
        if unfinishedRollback == .abort {
            try session.abort()
            telemetry.aborted()
            unfinishedRollback = .rewind
        }
        if let live = assignment.live { try session.rewind(to: live.committedPositions) }
        unfinishedRollback = nil
    }

    /// A deleted topic makes transactions fail like a temporary error, but for ever.
    private func checkOutputs() throws(SessionFailure) {
        do throws(SessionFailure) {
            for topic in settings.outputTopics { try sizes.checkOutput(topic, settings) }
        } catch {
            // Not certain yet whether the topic is gone for good.
            if error.isFinal { throw error }
        }
    }

    /// Makes the next transaction smaller after one that was open so long that the coordinator may have ended it:
    /// without its checkpoint if it had one, else with fewer records.
    /// - Returns: whether the transaction was open for so long.
    @discardableResult
    private func shrinkOverlongTransaction() throws(SessionFailure) -> Bool {
        guard let transaction, let begunMs = transaction.begunMs else { return false }
        let tookMs = session.nowMs - begunMs
        guard tookMs >= settings.transactionTimeoutMs * 8 / 10 else { return false }
        guard transaction.holdsCheckpoint else {
            policy.tookTooLong(records: transaction.records)
            return true
        }
        let nowMs = session.nowMs
        guard checkpointer.tookTooLong(nowMs: nowMs, tookMs: tookMs) else {
            throw .misconfigured(
                "the first commit of a rebuild or of a first start must fit into one transaction, but its "
                    + "\(transaction.stateRecords) state records took longer than "
                    + "kafka.transaction_timeout, found \(settings.transactionTimeoutMs) ms, again and "
                    + "again. Raise it and kafka.session_timeout for this start, to 60s for instance.")
        }
        if checkpointer.isRequired {
            policy.tookTooLong(records: transaction.records)
        } else {
            telemetry.checkpointTookTooLong(
                records: transaction.stateRecords, nextInMs: checkpointer.dueInMs(nowMs: nowMs))
        }
        return true
    }

    /// Recovers after an unknown outcome or a fencing: asks Kafka what was committed instead of guessing.
    ///
    /// The new producer's initialisation ends the open transaction one way or the other. Then the state is recovered
    /// as after a crash, from the state topic, where input offsets, published alerts and checkpoint always agree.
    private func recoverFromUnknownOutcome() throws(SessionFailure) {
        session.discardProducer()
        isPrepared = false
        transaction = nil
        unfinishedRollback = nil
        policy.ended()
        guard case .running(let running) = assignment else { return }
        let partitions = running.live.partitions
        reference.stopKeeping()
        assignment = running.interrupted(partitions, recovery(of: partitions))
        try session.unassign()
    }

    private func stop(for failure: SessionFailure) throws(StopReason) {
        switch failure {
        case .offsetOutOfRange(let partition, let message):
            throw StopReason(
                .data,
                "\(settings.inputTopic)[\(partition.rawValue)]: \(message). Going on would skip events and "
                    + "falsify stock. Restore the log, or start once with --accept-data-loss to go on from "
                    + "the oldest record that is left.")
        case .misconfigured(let message): throw StopReason(.configuration, message)
        case .unavailable(let message): throw StopReason(.unavailable, message)
        default: throw StopReason(.internalError, failure.message)
        }
    }
}
