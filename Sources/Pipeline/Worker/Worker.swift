public import Inventory
import Wire

/// One worker: a consumer, a transactional producer and the shards of its partitions, driven by one thread.
///
///     poll → decode → apply → consolidate → encode → send + offsets → commit → publish view
///
/// `step` is one turn of that loop. It returns within a few hundred milliseconds unless the broker does not answer,
/// and never leaves a batch half applied: what cannot be committed is rolled back.
public final class Worker<S: Session> {
    let session: S
    let settings: PipelineSettings
    let inbox: WorkerInbox
    let telemetry: Telemetry
    let sizes: TopicSizes<S>
    /// Partitions that `--rebuild` need not rebuild again.
    let rebuilt: RebuiltPartitions

    var assignment = Assignment<Recovery<S>, LiveShards>()
    /// What was taken and sent since the last commit; nil while there is nothing.
    var transaction: TransactionWriter<S>?
    /// An abort or a rewind that failed: nothing may be read or begun before it succeeds.
    var unfinishedRollback: Rollback?
    /// The producer has fenced its predecessors and may begin transactions.
    var isPrepared = false
    /// Shards given back in good order, in case their partitions return unchanged.
    var suspended: [SuspendedShard] = []

    let applier: RecordApplier<S>
    let reference: ReferenceTables<S>
    /// Nil when there are no readers.
    let views: ViewFeed?
    var policy: CommitPolicy
    var checkpointer: Checkpointer
    var readAhead = ReadAhead()
    var backoff = Backoff()
    var deadLetterLimits = DeadLetterLimits()

    public init(
        session: S, settings: PipelineSettings, catalog: Catalog, inbox: WorkerInbox, telemetry: Telemetry,
        views: ViewFeed? = nil, rebuilt: RebuiltPartitions = RebuiltPartitions()
    ) {
        self.session = session
        var settings = settings
        // Nobody asks for it.
        if views == nil { settings.historyChanges = 0 }
        self.settings = settings
        self.inbox = inbox
        self.telemetry = telemetry
        self.rebuilt = rebuilt
        sizes = TopicSizes(session)
        applier = RecordApplier(session, settings, telemetry)
        reference = ReferenceTables(session, settings, catalog, telemetry)
        self.views = views
        policy = CommitPolicy(settings)
        checkpointer = Checkpointer(intervalMs: settings.checkpointIntervalMs)
    }

    /// Takes one turn. Returns false once the worker has stopped as asked.
    @specialized(where S == KafkaSession)
    public func step() throws(StopReason) -> Bool {
        if inbox.isStopping {
            do throws(SessionFailure) { try release(.end) } catch { try handle(error) }
            return false
        }
        do throws(SessionFailure) {
            if unfinishedRollback != nil { try rollback() }
            try takeReadAhead()
            joinReferenceRows()
            try reference.advance()
            try recoverFurther()
            let room = policy.room(after: transaction?.records ?? 0)
            let polled = try session.poll(maxRecords: room, waitMs: waitMs)
            backoff.reset(.broker, telemetry)
            try take(polled, room: room)
            if let live = assignment.live, isCommitDue(live) {
                try commit(live, .inLoop)
                // On a backlog this is the only moment without an open transaction.
                publishViews()
                joinReferenceRows()
                try takeReadAhead()
            }
        } catch {
            try handle(error)
        }
        publishViews()
        return true
    }

    @specialized(where S == KafkaSession)
    func take(_ polled: Polled, room: Int) throws(SessionFailure) {
        switch polled {
        case .records(let count):
            guard let live = assignment.live else { return }
            policy.polled(count, room: room, hasMore: session.hasMore)
            let transaction = openTransaction(live)
            transaction.take(records: count, nowMs: session.nowMs)
            // Two records of a batch are enough for the latency; asking all would slow every event down.
            transaction.note(timestampMs: session.timestampMs(0))
            transaction.note(timestampMs: session.timestampMs(count - 1))
            try applier.apply(count, to: live, in: transaction)
        case .idle: policy.polledNothing()
        case .assigned(let partitions): try begin(with: partitions)
        case .revoked: try release(.handover)
        case .lost: try losePartitions()
        }
    }

    private func takeReadAhead() throws(SessionFailure) {
        let room = policy.room(ReadAhead.mostRecords, after: 0)
        if let polled = try readAhead.take() { try take(polled, room: room) }
    }

    func openTransaction(_ live: LiveShards) -> TransactionWriter<S> {
        if let transaction { return transaction }
        let opened = TransactionWriter(session, settings, live, deadLetterLimits, telemetry, views)
        transaction = opened
        return opened
    }

    enum CommitOccasion {
        case inLoop
        /// The partitions go to others.
        case handover
        /// The worker ends in good order, so the next start must read nothing again.
        case end
    }

    func commit(_ live: LiveShards, _ occasion: CommitOccasion) throws(SessionFailure) {
        let startedMs = session.nowMs
        try live.checkKeying(settings)
        let transaction = openTransaction(live)
        try transaction.begin()
        views?.begin()
        let rejected = live.shard(of: Partition(0)) == nil ? [] : reference.rejected
        let withCheckpoint =
            checkpointer.isDue(nowMs: startedMs, events: live.offsetsSinceCheckpoint)
            || occasion == .end && live.isCheckpointUseful(session.position)
        let positions = live.positionsToCommit(
            all: checkpointer.isRequired, withCheckpoint: withCheckpoint,
            withRejectedRows: !rejected.isEmpty, session.position)
        try transaction.send(positions, of: live, rejected: rejected, withCheckpoint: withCheckpoint)
        let askedMs = session.nowMs
        try session.startCommit()
        // While the coordinator decides on this one, the next records are polled.
        if policy.isBacklog, occasion == .inLoop {
            readAhead.poll(session, maxRecords: policy.room(ReadAhead.mostRecords, after: 0))
        }
        do throws(SessionFailure) { try session.finishCommit() } catch {
            readAhead.drop()
            throw error
        }
        let nowMs = session.nowMs
        if live.former != nil { rebuilt.insert(live.partitions) }
        live.commit(withCheckpoint: withCheckpoint)
        reference.markSent(rejected.count)
        if withCheckpoint { checkpointer.committed(nowMs: nowMs, tookMs: nowMs - startedMs) }
        policy.committed(waitedMs: transaction.offsetsMs + nowMs - askedMs)
        telemetry.committed(
            tookMs: nowMs - startedMs, messages: transaction.sent, alertChanges: transaction.alertChanges,
            recordTimes: transaction.recordTimes)
        views?.committed()
        self.transaction = nil
        backoff.reset(.transaction, telemetry)
    }
}
