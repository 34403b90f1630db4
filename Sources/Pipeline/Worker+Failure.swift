import Inventory

extension Worker {
    /// Does what a failure calls for, so that the next step starts from a state that Kafka agrees with.
    func handle(_ failure: LogFailure) throws(WorkerStop) {
        var failure = failure
        // Whether the barriers that were sent count, only the state topic can tell.
        if transaction.holdsBarriers, !failure.isFinal { failure = .indefinite(failure.message) }
        // Putting back can fail in turn; each answer is heavier than the one before, so this ends.
        for _ in 0..<4 {
            do throws(LogFailure) {
                try answer(failure)
                return
            } catch {
                failure = error
            }
            if failure.isFinal { break }
        }
        try stop(for: failure)
    }

    private func answer(_ failure: LogFailure) throws(LogFailure) {
        switch failure {
        case .unavailable(let message):
            telemetry.unavailable(message)
            let isToPutBack = transaction.isOpen || transaction.hasWork
            if isToPutBack, !transaction.mustPutBack { try putBack() }
            if isToPutBack { try checkOutputs() }
            log.pause(ms: patience.delayMs(.broker))
        case .mustAbort(let message, let reason):
            telemetry.mustAbort(message)
            if transaction.deadLetters > 0 { deadLetterForm.giveWay(to: reason) }
            if isTransactionOld { try makeSmaller() }
            try putBack()
            if patience.isTried(.transaction) { try checkOutputs() }
            log.pause(ms: patience.delayMs(.transaction))
        case .indefinite(let message):
            telemetry.indefinite(message)
            if isTransactionOld { try makeSmaller() }
            try settle()
            // A broker that refuses every new producer must not be asked a hundred times a second.
            log.pause(ms: patience.delayMs(.transaction))
        case .fenced(let message):
            telemetry.fenced(message)
            if isTransactionOld {
                // The coordinator ended a transaction that took too long; nobody else has the id.
                try makeSmaller()
                return try settle()
            }
            guard patience.toleratesFencing(nowMs: log.nowMs) else {
                throw .misconfigured(
                    message + " (again and again: two daemons share one kafka.transactional_id or "
                        + "kafka.group_instance_id; each worker needs its own)")
            }
            try settle()
        case .topicGone(let message):
            telemetry.topicGone(message)
            try settle()
            // A recovery that is under way may have seen the ends of the former log.
            if case .recovering(let recovery) = phase {
                phase = .recovering(self.recovery(of: recovery.partitions))
            }
            log.pause(ms: patience.delayMs(.broker))
        case .offsetOutOfRange, .misconfigured, .fatal:
            throw failure
        }
    }

    /// A topic that was deleted fails transactions as what passes does, and would for ever.
    private func checkOutputs() throws(LogFailure) {
        do throws(LogFailure) {
            for topic in settings.outputTopics { try sizes.checkOutput(topic, settings) }
        } catch {
            // Whether it is gone for good only time tells.
            if error.isFinal { throw error }
        }
    }

    /// Open so long that the coordinator may have ended it.
    private var isTransactionOld: Bool {
        guard transaction.isOpen else { return false }
        return log.nowMs - transaction.openedMs >= settings.transactionTimeoutMs * 8 / 10
    }

    /// Has the next transaction take fewer records of the input. What a change of layout or a rebuild writes cannot be
    /// divided, and would be too much again and again.
    private func makeSmaller() throws(LogFailure) {
        limit.halve(transaction.records)
        guard transaction.isIndivisible else { return }
        overlongTransactions += 1
        guard overlongTransactions >= Self.mostOverlong else { return }
        throw .misconfigured(
            "all that a change of layout, a rebuild or a first start writes belongs into one transaction, and its "
                + "\(transaction.stateRecords) state records took longer than kafka.transaction_timeout, found "
                + "\(settings.transactionTimeoutMs) ms, \(overlongTransactions) times. Set it and "
                + "kafka.session_timeout to more, such as 60s, for this start.")
    }

    private static var mostOverlong: Int { 3 }

    /// After an outcome that nobody knows, or a fencing: asks Kafka what was committed instead of guessing.
    ///
    /// The new producer's initialisation ends the open transaction one way or the other. What followed is
    /// then read back like after a crash, from the state topic: it is the one place where input offsets,
    /// ledger and checkpoint always agree.
    private func settle() throws(LogFailure) {
        log.discardProducer()
        isPrepared = false
        transaction.close()
        transaction.checkpointedMs = nil
        let partitions = shards.flatMap(\.partitions)
        dropShards()
        guard !partitions.isEmpty else { return }
        try log.unassign()
        phase = .recovering(recovery(of: partitions))
    }

    private func stop(for failure: LogFailure) throws(WorkerStop) {
        switch failure {
        case .offsetOutOfRange(let partition, let message):
            throw WorkerStop(
                .data,
                "\(settings.inputTopic)[\(partition.rawValue)]: \(message). Going on would skip events and "
                    + "falsify stock. Restore the log, or start once with --accept-data-loss to go on from "
                    + "the oldest record that is left.")
        case .misconfigured(let message): throw WorkerStop(.configuration, message)
        case .unavailable(let message): throw WorkerStop(.unavailable, message)
        default: throw WorkerStop(.internalError, failure.message)
        }
    }
}

/// How long to wait before trying again, and how often fencing is borne.
struct Patience {
    enum Subject: Hashable { case broker, transaction }

    private var failures: [Subject: Int] = [:]
    private var fencings: [Int64] = []

    /// 50 ms, doubling to 5 s.
    mutating func delayMs(_ subject: Subject) -> Int64 {
        let count = failures[subject, default: 0]
        failures[subject] = count + 1
        return min(5_000, 50 << Int64(min(count, 7)))
    }

    /// More than once in a row.
    func isTried(_ subject: Subject) -> Bool { failures[subject, default: 0] > 1 }

    mutating func reset(_ subject: Subject, _ telemetry: Telemetry) {
        guard failures[subject] != nil else { return }
        failures[subject] = nil
        telemetry.worksAgain(subject == .broker ? "the broker answers again" : "transactions commit again")
    }

    /// A fencing now and then is a handover; several within a minute are two owners of one id.
    mutating func toleratesFencing(nowMs: Int64) -> Bool {
        fencings.removeAll { nowMs - $0 > 60_000 }
        fencings.append(nowMs)
        return fencings.count <= 3
    }
}

extension LogFailure {
    /// Nothing the worker could do would help.
    var isFinal: Bool {
        switch self {
        case .offsetOutOfRange, .misconfigured, .fatal: true
        default: false
        }
    }
}
