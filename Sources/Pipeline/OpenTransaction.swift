import Wire

/// What the worker knows of the transaction it is filling.
struct OpenTransaction {
    /// `begin` has been called and neither commit nor abort has.
    var isOpen = false
    /// When `begin` was called.
    var openedMs: Int64 = 0
    /// An abort or a rewind did not get through: nothing may be read or begun before it has.
    var mustPutBack = false
    /// Changes that wait until their intents are acknowledged; only without transactions.
    var intended: [IntendedChange] = []
    /// Ledger records of the changes that were sent, which wait until those are acknowledged; only without
    /// transactions.
    var ledger: [(record: StateRecord, shard: Shard)] = []
    /// Records were taken since the last commit.
    private(set) var hasWork = false
    /// The last poll took all there was.
    var isQueueDry = false
    /// The last poll took all that was fetched, and more is on its way.
    var expectsMore = false
    /// How many records were taken.
    private(set) var records = 0
    /// When the first record of the transaction was taken.
    private(set) var startedMs: Int64 = 0
    /// The oldest and newest Kafka timestamps seen in it, milliseconds since the epoch.
    private(set) var recordTimes: ClosedRange<Int64>?
    /// Messages sent to outputs, dead letters included, state records not.
    var sent = 0
    var deadLetters = 0
    var alertChanges = 0
    /// Records sent to the state topic, tombstones included.
    var stateRecords = 0
    /// A checkpoint is of the state that this transaction leaves.
    var beginsCheckpoint = false
    /// Barriers were sent that nothing can take back; only without transactions.
    var holdsBarriers = false
    /// How long Kafka was waited for in the last commit; kept from one transaction to the next.
    var waitedMs: Int64 = 0
    /// When the transaction committed that the last checkpoint began with; nil before the first, which is then due
    /// at once.
    var checkpointedMs: Int64?

    /// It holds what may not be spread over several, and so much that the time this takes is no broker's hiccup.
    var isIndivisible: Bool { checkpointedMs == nil && stateRecords > 1_000 }

    mutating func noteWork(_ count: Int, nowMs: Int64) {
        records += count
        guard !hasWork else { return }
        hasWork = true
        startedMs = nowMs
    }

    mutating func noteTime(_ timestampMs: Int64?) {
        guard let timestampMs else { return }
        let known = recordTimes ?? timestampMs...timestampMs
        recordTimes = min(known.lowerBound, timestampMs)...max(known.upperBound, timestampMs)
    }

    /// The transaction ended, one way or the other.
    mutating func close() {
        isOpen = false
        mustPutBack = false
        hasWork = false
        records = 0
        intended = []
        ledger = []
        isQueueDry = false
        expectsMore = false
        recordTimes = nil
        sent = 0
        deadLetters = 0
        alertChanges = 0
        stateRecords = 0
        beginsCheckpoint = false
        holdsBarriers = false
    }
}
