/// How much is gathered, and how long is waited for more.
extension Worker {
    /// How many records the next poll may add.
    var roomInTransaction: Int { limit.room(settings.maxBatchEvents, after: transaction.records) }

    /// How long a poll may wait: not at all while there is something to commit or to recover, unless more
    /// records are known to be on their way.
    var waitMs: Int64 {
        if case .recovering = phase { return 0 }
        if isBehindIntents { return Self.moreWaitMs }
        if transaction.hasWork { return transaction.expectsMore ? Self.moreWaitMs : 0 }
        if hasPendingChanges || hasRefusedRows || isCheckpointUnderWay { return 0 }
        // Reference topics are looked into between two polls of the input.
        return reference == nil ? 100 : 20
    }

    /// A broker sends what it has within this, or it is no backlog worth waiting for.
    private static var moreWaitMs: Int64 { 5 }

    /// A lone event is published at once; under load a transaction gathers events for the interval.
    var isCommitDue: Bool {
        guard case .running = phase else { return false }
        if isBehindIntents { return limit.isReached(transaction.records) }
        if hasPendingChanges || hasRefusedRows || isIdleCheckpointDue { return true }
        // What is left of a checkpoint needs no events to go on.
        guard transaction.hasWork else { return isCheckpointUnderWay }
        return transaction.isQueueDry || limit.isReached(transaction.records, changes: changes)
            || log.nowMs - transaction.startedMs >= gatheringMs
    }

    private var changes: Int { shards.reduce(0) { $0 + $1.aggregate.journalLength } }

    /// How long a transaction gathers while there is a backlog: no longer than configured, unless waiting for commits
    /// would take more than a thirtieth of the time. Then all would only become later.
    private var gatheringMs: Int64 {
        max(
            settings.commitIntervalMs,
            min(settings.gatheringPerWait * transaction.waitedMs, Self.longestGatheringMs))
    }

    private static var longestGatheringMs: Int64 { 500 }

    /// What failed without transactions is made again in one piece: of a part of it, what is published already would
    /// be taken back.
    var isBehindIntents: Bool { shards.contains { $0.isBehindIntents(log.position) } }

    /// Reference data or a recovery left something to derive.
    private var hasPendingChanges: Bool {
        guard case .running = phase else { return false }
        return !transaction.hasWork && shards.contains { $0.aggregate.hasPendingChanges }
    }
}
