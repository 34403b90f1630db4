import CRDKafka

extension TransactionalProducer {
    /// Registers the transactional id, fences every older producer with it, and ends what it left open.
    /// - Throws: `.retriable` when the coordinator did not answer in time: call again.
    public func initTransactions(deadlineMs: Int32) throws(TransactionFailure) {
        try call("init_transactions", limitMs: deadlineMs) { handle in
            rd_kafka_init_transactions(handle, deadlineMs)
        }
    }

    /// Opens a transaction; deliveries are counted from here.
    public func begin() throws(TransactionFailure) {
        try call("begin_transaction", limitMs: Self.graceMs) { rd_kafka_begin_transaction($0) }
        client.context.deliveries = DeliveryCounts()
    }

    /// Makes consumed offsets of a topic part of the transaction.
    /// - Parameter metadata: of the consumer that read them; a member that was expelled cannot commit.
    public func sendOffsets(
        _ offsets: [PartitionOffset], of topic: String, as metadata: GroupMetadata, deadlineMs: Int32
    ) throws(TransactionFailure) {
        if offsets.isEmpty { return }
        try call("send_offsets_to_transaction", limitMs: deadlineMs) { handle in
            OffsetList.with(offsets, topic: topic) {
                rd_kafka_send_offsets_to_transaction(handle, $0, metadata.pointer, deadlineMs)
            }
        }
    }

    /// Commits: waits until every message is acknowledged, then asks the coordinator.
    /// - Throws: `.abortable` when that was not reached in time or a message failed; `.unknownOutcome` when the
    ///   coordinator was asked and did not answer.
    public func commit(deadlineMs: Int32) throws(TransactionFailure) {
        try startCommit(deadlineMs: deadlineMs)
        try finishCommit()
    }

    /// Begins to commit on another thread; nothing of this producer may be called before `finishCommit`.
    public func startCommit(deadlineMs: Int32) throws(TransactionFailure) {
        try refuseIfLost()
        let deadline = Deadline(afterMs: deadlineMs)
        let call = client.begin { (handle: OpaquePointer) -> CommitUnderWay.End in
            guard self.serveUntilDelivered(deadline) else { return .undelivered(self.outstanding) }
            return .answered(rd_kafka_commit_transaction(handle, max(1, deadline.remainingMs)))
        }
        guard let call else { throw .fatal(.hung("an earlier call")) }
        underWay = CommitUnderWay(call: call, deadline: deadline, deadlineMs: deadlineMs)
    }

    /// Waits for the outcome of the commit that was started; throws as `commit` does.
    public func finishCommit() throws(TransactionFailure) {
        guard let commit = underWay.take() else { throw .fatal(.hung("a commit that was not started")) }
        let limit = commit.deadline.remainingMs.addingReportingOverflow(Self.graceMs).partialValue
        guard let end = commit.call.result(limitMs: max(limit, 1)) else {
            throw .unknownOutcome(.hung("rd_kafka_commit_transaction"))
        }
        switch end {
        case .undelivered(let count):
            throw .abortable(
                .own(
                    RD_KAFKA_RESP_ERR__TIMED_OUT,
                    "\(count) messages are not acknowledged after \(commit.deadlineMs) ms"))
        case .answered(let result):
            if let error = KafkaError.taking(result, on: client.handle) {
                throw Self.verdict(error, decides: true)
            }
        }
        client.context.connection.up()
    }

    /// Aborts everything since `begin`. The caller rolls back its own state and the consumer's position.
    /// - Throws: `.unknownOutcome` when the coordinator did not answer in time.
    public func abort(deadlineMs: Int32) throws(TransactionFailure) {
        try call("abort_transaction", limitMs: deadlineMs, decides: true) { handle in
            rd_kafka_abort_transaction(handle, deadlineMs)
        }
    }

    /// - Parameter decides: the call ends the transaction, so after a time-out the outcome is unknown.
    private func call(
        _ name: String, limitMs: Int32, decides: Bool = false,
        _ body: @escaping (OpaquePointer) -> OpaquePointer?
    ) throws(TransactionFailure) {
        try refuseIfLost()
        let limit = limitMs.addingReportingOverflow(Self.graceMs).partialValue
        guard let result = client.bounded(limitMs: max(limit, limitMs), body) else {
            throw decides ? .unknownOutcome(.hung("rd_kafka_\(name)")) : .fatal(.hung("rd_kafka_\(name)"))
        }
        guard let error = KafkaError.taking(result, on: client.handle) else { return }
        throw Self.verdict(error, decides: decides)
    }

    static func verdict(_ error: KafkaError, decides: Bool) -> TransactionFailure {
        if error.isFatal { return error.isFenced ? .fenced(error) : .fatal(error) }
        if error.requiresAbort { return .abortable(error) }
        if error.isFenced { return .fenced(error) }
        // librdkafka offers to resume a commit or abort that timed out. Without KIP-890 that is a guess: a
        // request still under way may land on the next transaction.
        if error.isTimedOut { return decides ? .unknownOutcome(error) : .retriable(error) }
        if error.isRetriable { return .retriable(error) }
        return .fatal(error)
    }

    /// Calls on a client with a fatal error are known to hang, so each call looks for one first.
    func refuseIfLost() throws(TransactionFailure) {
        if client.isLost || client.isClosed { throw .fatal(.hung("an earlier call")) }
        guard let fatal = KafkaError.fatal(on: client.handle) else { return }
        throw fatal.isFenced ? .fenced(fatal) : .fatal(fatal)
    }
}

/// A commit under way, and its deadline.
struct CommitUnderWay {
    enum End {
        /// So many messages were not acknowledged in time; the coordinator was not asked.
        case undelivered(Int)
        /// What librdkafka returned: nil, or an error.
        case answered(OpaquePointer?)
    }

    let call: BoundedCall<End>
    let deadline: Deadline
    let deadlineMs: Int32
}
