public import Inventory
import Wire

/// One worker: a consumer, a transactional producer and the shards of its partitions, driven by one thread.
///
///     poll → decode → apply → consolidate → encode → send + offsets → commit → publish view
///
/// `step` is one turn of that corridor. It returns within a few hundred milliseconds unless the broker
/// does not answer, and never leaves a batch half applied: what cannot be committed is put back.
public final class Worker<L: Log> {
    let log: L
    let settings: PipelineSettings
    let inbox: WorkerInbox
    let telemetry: Telemetry
    /// Nil when nobody is shown anything.
    let views: ViewFeed?
    /// What `--rebuild` needs not do again.
    let rebuilt: RebuiltPartitions
    let decoder: InputDecoder
    var messages = MessageEncoder()

    var phase = Phase.unassigned
    var shards: [Shard] = []
    /// By input partition: which shard and which of its lanes. Empty where nothing is assigned.
    var routes: [Route?] = []
    /// Shards given back in good order, in case their partitions return unchanged.
    var parked: [ParkedShard] = []
    var catalog: Catalog
    var transaction = OpenTransaction()
    /// The producer has fenced its predecessors and may begin transactions.
    var isPrepared = false
    /// The group gave this worker no partitions, so that it rightly shows nothing.
    var isStandingBy = false
    /// What of the assignment was found to be as it must be.
    var ownership = Ownership.unchecked
    var patience = Patience()
    let sizes: TopicSizes<L>
    var productPartitions = ProductPartitions()
    var placement: StatePlacement
    var deadLetterForm = DeadLetterForm()
    var limit = TransactionLimit()
    /// How often in a row a transaction took too long that cannot be made smaller.
    var overlongTransactions = 0
    /// Since when another member has had partitions that this worker needs.
    var incompleteSinceMs: Int64?
    /// The tables as the files have them; what comes from topics is joined in.
    var files: Catalog
    /// Waits for the end of a transaction, or of a recovery.
    var newerFiles: Catalog?
    /// Nil when both reference tables come from files.
    let reference: ReferenceTopics<L>?
    private var waiting = WaitingEvents()
    /// What was polled while a commit was under way, until that has ended.
    var readAhead: Result<Polled, LogFailure>?
    enum Phase {
        case unassigned
        case recovering(Recovery<L>)
        case running
    }

    enum Ownership {
        case unchecked
        /// As `input.keyed_by` wants it.
        case right
        /// All partitions are there.
        case whole
    }

    struct Route {
        let shard: Int
        let lane: Int
    }

    public init(
        log: L, settings: PipelineSettings, catalog: Catalog, inbox: WorkerInbox, telemetry: Telemetry,
        views: ViewFeed? = nil, rebuilt: RebuiltPartitions = RebuiltPartitions()
    ) {
        self.log = log
        self.rebuilt = rebuilt
        sizes = TopicSizes(log)
        self.settings = settings
        self.catalog = catalog
        files = catalog
        reference = ReferenceTopics(log: log, settings: settings, telemetry: telemetry)
        self.inbox = inbox
        self.telemetry = telemetry
        self.views = views
        placement = StatePlacement(keyedBy: settings.keyedBy, statePartitionCount: 1)
        decoder = InputDecoder(
            signs: SignTable(settings.eventTypes), unknownType: settings.unknownType,
            format: settings.inputFormat)
    }

    /// Takes one turn. Returns false when a stop was asked for and everything is in order.
    @specialized(where L == KafkaLog)
    public func step() throws(WorkerStop) -> Bool {
        if inbox.isStopping {
            do throws(LogFailure) { try giveUpPartitions(parking: false) } catch { try handle(error) }
            return false
        }
        adoptReference()
        do throws(LogFailure) {
            if transaction.mustPutBack { try putBack() }
            try takeReadAhead()
            try reference?.advance()
            if case .recovering(let recovery) = phase { try advanceOrListen(recovery) }
            let polled = try log.poll(maxRecords: roomInTransaction, waitMs: waitMs)
            patience.reset(.broker, telemetry)
            try take(polled)
            if isCommitDue {
                try commit(readingAhead: !transaction.isQueueDry)
                // On a backlog this is the only moment when nothing is half done.
                publishViews()
                adoptReference()
                try takeReadAhead()
            }
        } catch {
            try handle(error)
        }
        publishViews()
        return true
    }

    @specialized(where L == KafkaLog)
    func take(_ polled: Polled) throws(LogFailure) {
        switch polled {
        case .records(let count): try absorb(count)
        case .idle: transaction.isQueueDry = true
        case .assigned(let partitions): try begin(with: partitions)
        case .revoked: try giveUpPartitions(parking: true)
        case .lost: try losePartitions()
        }
    }

    // MARK: decode → apply

    @specialized(where L == KafkaLog)
    private func absorb(_ count: Int) throws(LogFailure) {
        guard case .running = phase else { return }
        let hasRoom = count < roomInTransaction
        transaction.noteWork(count, nowMs: log.nowMs)
        // Two records a batch tell its latency well enough; asking each would cost every event.
        transaction.noteTime(log.timestampMs(0))
        transaction.noteTime(log.timestampMs(count - 1))
        transaction.expectsMore = hasRoom && log.hasMore
        transaction.isQueueDry = hasRoom && !transaction.expectsMore
        var tally = Telemetry.Batch()
        defer { telemetry.count(tally) }
        // Taken out of the worker while it is filled: every access to a member of a class is checked.
        var waiting = WaitingEvents()
        swap(&waiting, &self.waiting)
        defer {
            waiting.removeAll()
            swap(&waiting, &self.waiting)
        }
        var index = 0
        while index < count {
            let partition = log.record(index).partition
            if let route = route(of: partition) {
                index = try absorbRun(of: partition, route, index..<count, &waiting, &tally)
            } else {
                repeat { index += 1 } while index < count && log.record(index).partition == partition
            }
        }
    }

    /// Decodes and applies the records of one partition that follow each other.
    /// - Returns: the index of the first record behind them.
    @inline(__always)
    private func absorbRun(
        of partition: Partition, _ route: Route, _ range: Range<Int>, _ waiting: inout WaitingEvents,
        _ tally: inout Telemetry.Batch
    ) throws(LogFailure) -> Int {
        let (log, decoder, shard) = (log, decoder, shards[route.shard])
        var followsRows = shard.aggregate.followsRows
        var next = shard.lanes[route.lane].next
        defer { shard.lanes[route.lane].next = next }
        var index = range.lowerBound
        while index < range.upperBound {
            let record = log.record(index)
            guard record.partition == partition else { break }
            defer { index += 1 }
            // What lies before the position was applied already; it can come again after a rewind.
            guard record.offset >= next else { continue }
            next = record.offset.next
            let message: InputMessage
            do throws(BadEvent) {
                message = try decoder.decode(key: record.key, value: record.value)
            } catch {
                // Dead letters keep the order of the input, also with those that `apply` refuses.
                try apply(&waiting, to: shard, &tally)
                tally.bad += 1
                try refuse(record, index, error)
                continue
            }
            guard case .event(let event) = message, !followsRows else {
                try apply(&waiting, to: shard, &tally)
                try follow(message, record, index, route, &tally)
                followsRows = shard.aggregate.followsRows
                continue
            }
            let source = Source(partition: partition, offset: record.offset)
            waiting.append(PlacedEvent(event: event, lane: route.lane, source: source), index)
            if !event.typeIsKnown { noteUnknownType(record) }
            if waiting.isFull { try apply(&waiting, to: shard, &tally) }
        }
        try apply(&waiting, to: shard, &tally)
        return index
    }

    /// Applies the decoded events that wait.
    private func apply(
        _ waiting: inout WaitingEvents, to shard: Shard, _ tally: inout Telemetry.Batch
    ) throws(LogFailure) {
        guard !waiting.isEmpty else { return }
        var overflows: [Int] = []
        shard.aggregate.apply(waiting.events) { (place, outcome) in
            tally.count(outcome)
            if outcome == .overflow { overflows.append(place) }
        }
        for place in overflows {
            tally.bad += 1
            let index = waiting.indices[place]
            try refuse(log.record(index), index, Shard.overflow(waiting.events[place].event))
        }
        waiting.removeAll()
    }

    @inline(__always)
    func route(of partition: Partition) -> Route? {
        let index = Int(partition.rawValue)
        return index < routes.count ? routes[index] : nil
    }

    // MARK: consolidate → encode → send → commit

    /// - Parameters:
    ///   - isFinal: the last commit before an orderly end, after which nothing is to be read again.
    ///   - readingAhead: whether to poll for the next transaction while the coordinator decides on this one.
    func commit(isFinal: Bool = false, readingAhead: Bool = false) throws(LogFailure) {
        let startedMs = log.nowMs
        try checkKeying()
        try openTransaction()
        views?.begin()
        let checkpoint = isCheckpointDue || isFinal && !isCheckpointUnderWay && isCheckpointUseful
        let positions = positionsToCommit(withCheckpoint: checkpoint)
        let offeredMs = log.nowMs
        try log.sendOffsets(positions)
        let takenMs = log.nowMs
        for shard in shards {
            try sendMoved(of: shard)
            try sendKeptLetters(of: shard)
            try publishChanges(of: shard)
        }
        let refusedRows = try sendRefusedRows()
        try sendLedger()
        try writeCheckpoints(begins: checkpoint)
        try sendPositions(positions)
        let askedMs = log.nowMs
        try log.startCommit()
        if readingAhead { readAhead = pollAhead() }
        do throws(LogFailure) { try log.finishCommit() } catch {
            dropReadAhead()
            throw error
        }
        transaction.waitedMs = takenMs - offeredMs + log.nowMs - askedMs
        reference?.markSent(refusedRows)
        for shard in shards {
            shard.commit()
        }
        markCheckpointed()
        telemetry.committed(
            tookMs: log.nowMs - startedMs, messages: transaction.sent, alertChanges: transaction.alertChanges,
            recordTimes: transaction.recordTimes)
        views?.committed()
        transaction.close()
        limit.committed()
        overlongTransactions = 0
        patience.reset(.transaction, telemetry)
    }
}
