/// When to commit, how long to wait for more before, and how large a transaction may be.
struct CommitPolicy {
    private let batchRecords: Int
    private let intervalMs: Int64
    private let gatheringPerWait: Int64
    /// How many records a transaction may take. Fewer after one that did not commit within the coordinator's
    /// time-out: the same one would fail again.
    private var recordLimit = mostRecords
    /// How long the last commit waited for Kafka.
    private var waitedMs: Int64 = 0
    /// The last poll took all there was.
    private var isQueueDry = false
    /// The last poll took all that was fetched, and more is on its way.
    private var expectsMore = false

    private static let mostRecords = 1_000_000
    /// Bounds the journal's memory to 16 MB.
    private static let mostChanges = 250_000
    /// Longer transactions would only add latency.
    private static let longestGatheringMs: Int64 = 500
    /// A broker with a backlog sends more within this time.
    private static let moreWaitMs: Int64 = 5

    init(_ settings: PipelineSettings) {
        batchRecords = settings.maxBatchEvents
        intervalMs = settings.commitIntervalMs
        gatheringPerWait = settings.gatheringPerWait
    }

    // MARK: Polling

    /// How many records the next poll may add to a transaction that has taken so many.
    func room(after taken: Int) -> Int { room(batchRecords, after: taken) }

    func room(_ most: Int, after taken: Int) -> Int { min(most, max(1, recordLimit - taken)) }

    /// How long a poll may wait when records were taken: not at all, unless more are known to be on their way.
    var waitForMoreMs: Int64 { expectsMore ? Self.moreWaitMs : 0 }

    /// A poll that brings less than it may is no sign of the end: fetches come in pieces.
    mutating func polled(_ count: Int, room: Int, hasMore: Bool) {
        expectsMore = count < room && hasMore
        isQueueDry = count < room && !expectsMore
    }

    mutating func polledNothing() { isQueueDry = true }

    /// Whether the transaction's last poll did not empty the queue.
    var isBacklog: Bool { !isQueueDry }

    // MARK: Committing

    /// A lone event is published at once. On a backlog a transaction gathers events for the interval, or up to
    /// `longestGatheringMs`, so that waiting for commits takes only a thirtieth of the time.
    /// - Parameter changes: the length of the journals.
    func isDue(records: Int, changes: @autoclosure () -> Int, startedMs: Int64, nowMs: Int64) -> Bool {
        if isQueueDry || records >= recordLimit { return true }
        let gatheringMs = max(intervalMs, min(gatheringPerWait * waitedMs, Self.longestGatheringMs))
        return nowMs - startedMs >= gatheringMs || changes() >= Self.mostChanges
    }

    /// A transaction with so many records took longer than the coordinator allows.
    mutating func tookTooLong(records: Int) { recordLimit = max(1, min(recordLimit, records) / 2) }

    /// A transaction committed: the next may be larger again.
    mutating func committed(waitedMs: Int64) {
        self.waitedMs = waitedMs
        recordLimit = min(Self.mostRecords, recordLimit + max(1, recordLimit / 8))
        ended()
    }

    mutating func ended() {
        isQueueDry = false
        expectsMore = false
    }
}
