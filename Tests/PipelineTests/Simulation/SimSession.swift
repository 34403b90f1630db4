import Inventory
import Pipeline

/// One worker's clients of the simulated cluster.
final class SimSession: Session {
    let cluster: SimCluster
    let name: String
    let slot: Int
    let transactionalID: String

    // The group member.
    var generation = 0
    var owned: [Int32] = []
    var groupEvent: Polled?
    var hasRejoined = false
    /// A rebalance event that came while a poll brought records; the next poll returns it.
    private var news: Polled?
    /// The rebalance event that the client has not answered yet; the next one waits for that.
    private(set) var unanswered: Polled?
    /// A rebalance forbade a rewind.
    private(set) var hasNoPosition = false
    private var positions: [Int32: Int64] = [:]
    private var batch: [SimRecord] = []
    private var batchPartitions: [Int32] = []
    private var arena = SimArena()

    // The producer.
    var epoch: Int?
    var transaction: SimTransaction?
    var mustAbort = false
    /// Between the start of a commit and its end: its outcome, if already decided.
    var commitUnderWay: Result<Void, SessionFailure>??
    /// How many records were polled during the commit.
    var recordsReadAhead = 0
    /// Messages that the client holds and no broker has yet.
    var unsent: [(topic: Topic, index: Int, record: SimRecord)] = []

    // The process.
    private(set) var isDead = false
    /// When it died without a word to the group; nil if it left in good order.
    private(set) var diedMs: Int64?
    /// The process dies within so many more calls.
    var callsToLive: Int?
    private var diesAfterwards = false
    /// An evicted process that its supervisor replaced dies when it learns of it.
    var diesWhenLost = false
    var catalog: () -> Catalog = { Catalog() }
    var hasWork: () -> Bool = { false }
    var isRecovering: () -> Bool = { false }

    // For the coverage.
    var suspendedCheckOpen = false

    init(_ cluster: SimCluster, name: String, slot: Int) {
        self.cluster = cluster
        self.name = name
        self.slot = slot
        transactionalID = "stockd-\(slot)"
        cluster.join(self)
    }

    var nowMs: Int64 { cluster.nowMs }

    func pause(ms: Int64) { cluster.advance(ms) }

    func close() {
        guard !isDead else { return }
        isDead = true
        cluster.leave(self)
    }

    // MARK: Faults

    func die() {
        guard !isDead else { return }
        isDead = true
        diedMs = cluster.nowMs
        unsent = []
        cluster.coverage.reached(.killed)
        if transaction?.phase == .open { cluster.coverage.reached(.killedMidTransaction) }
        cluster.say("\(name) dies")
    }

    /// Runs before every call takes effect.
    func enter(_ call: String) throws(SessionFailure) {
        cluster.advance(Int64(cluster.random.below(3)))
        if call == cluster.faults.rebalancesIn {
            cluster.faults.rebalancesIn = nil
            cluster.startRebalance()
        }
        if let (name, probe) = cluster.faults.following, call == name {
            cluster.faults.following = nil
            cluster.faults.scripted[probe] = 1
        }
        guard !isDead else { throw .fatal("killed") }
        diesAfterwards = false
        if cluster.faults.isOn {
            if cluster.random.happens(cluster.faults.evictInside) { cluster.evict(self) }
            hang(call)
            if cluster.random.happens(cluster.faults.rebalanceInside) { cluster.startRebalance() }
        }
        guard let left = callsToLive else { return }
        callsToLive = left - 1
        guard left <= 0 else { return }
        if cluster.random.happens(500) {
            diesAfterwards = true
        } else {
            cluster.say("\(name) killed before \(call)")
            die()
            throw .fatal("killed")
        }
    }

    /// At random, the process hangs while the group goes on without it.
    func hang(_ call: String) {
        guard let goOn = cluster.goOnWithout else { return }
        let isScripted = call == cluster.faults.hangsIn && cluster.faults.scripted[.hungInsideCall] != nil
        guard isScripted || cluster.random.happens(cluster.faults.stallInside) else { return }
        cluster.goOnWithout = nil
        cluster.coverage.reached(.hungInsideCall)
        if call == "delivery" { cluster.coverage.reached(.hungBeforeDelivery) }
        cluster.evict(self)
        goOn(self)
        cluster.goOnWithout = isScripted ? nil : goOn
    }

    /// Runs after every call.
    func leave(_ call: String) throws(SessionFailure) {
        guard diesAfterwards, !isDead else { return }
        cluster.say("\(name) killed after \(call)")
        if call == "commit" { cluster.coverage.reached(.killedAfterCommit) }
        die()
        throw .fatal("killed")
    }

    func strikes(_ rate: Int, _ probe: Probe) -> Bool {
        guard cluster.faults.isOn else { return false }
        if let times = cluster.faults.scripted[probe], times > 0 {
            cluster.faults.scripted[probe] = times - 1
        } else if !cluster.random.happens(rate) {
            return false
        }
        cluster.coverage.reached(probe)
        cluster.say("\(name) \(probe)")
        return true
    }

    // MARK: Consuming

    func poll(maxRecords: Int, waitMs: Int64) throws(SessionFailure) -> Polled {
        try enter("poll")
        arena.reuse()
        batch = []
        batchPartitions = []
        if commitUnderWay != nil { cluster.coverage.reached(.polledDuringCommit) }
        if let news = news.take() { return hear(news) }
        if let unanswered { cluster.violated("\(name) polls without an answer to \(unanswered)") }
        if strikes(cluster.faults.poll, .pollFailed) { throw .unavailable("simulated poll") }
        if strikes(cluster.faults.poll / 4, .topicSaidGone) { throw .outdated("simulated poll") }
        if let event = groupEvent.take() {
            cluster.say("\(name) is told \(event)")
            unanswered = event
            // Records fetched before may come first, and the rebalance event with the next poll.
            guard hasMore, isReadable, strikes(cluster.faults.recordsBeforeNews, .recordsBeforeNews) else {
                return hear(event)
            }
            news = event
        }
        try fetch(maxRecords)
        if commitUnderWay != nil { recordsReadAhead = batch.count }
        if batch.isEmpty {
            if let news = news.take() { return hear(news) }
            cluster.advance(waitMs)
            return .idle
        }
        return .records(batch.count)
    }

    private func hear(_ event: Polled) -> Polled {
        cluster.say("\(name) hears \(event)")
        if commitUnderWay != nil { cluster.coverage.reached(.rebalancedDuringCommit) }
        switch event {
        case .lost:
            cluster.coverage.reached(.assignmentLost)
            if diesWhenLost { die() }
        case .revoked where hasWork(): cluster.coverage.reached(.revokedMidTransaction)
        case .revoked where isRecovering(): cluster.coverage.reached(.revokedWhileRecovering)
        default: break
        }
        return event
    }

    /// No partition was trimmed beyond where it is read.
    private var isReadable: Bool {
        positions.allSatisfy { cluster.partition(.input, Int($0.key)).start <= $0.value }
    }

    private func fetch(_ maxRecords: Int) throws(SessionFailure) {
        var room = cluster.random.within(1...max(1, min(maxRecords, 12)))
        // Kafka does not promise which partition's records come first.
        for partition in positions.keys.sorted().shuffled(using: &cluster.random) where room > 0 {
            let source = cluster.partition(.input, Int(partition))
            let position = positions[partition] ?? 0
            let back = cluster.random.happens(cluster.faults.repeats) ? Int64(cluster.random.below(4)) : 0
            let from = min(position, max(source.start, position - back))
            guard from >= source.start, from <= source.end else {
                throw .offsetOutOfRange(Partition(partition), "simulated: \(from)")
            }
            let read = source.read(from: from, below: source.end, max: room)
            positions[partition] = max(position, read.next)
            batch += read.records
            batchPartitions += Array(repeating: partition, count: read.records.count)
            room -= read.records.count
        }
    }

    var hasMore: Bool {
        positions.contains { cluster.partition(.input, Int($0.key)).end > $0.value }
    }

    func position(_ partition: Partition) -> Offset? { positions[partition.rawValue].map { Offset($0) } }

    func record(_ index: Int) -> TopicRecord {
        TopicRecord(
            partition: Partition(batchPartitions[index]), offset: Offset(batch[index].offset),
            key: arena.copy(batch[index].key), value: arena.copy(batch[index].value))
    }

    func envelope(_ index: Int) -> Envelope { Envelope(headers: batch[index].headers) }
    func timestampMs(_ index: Int) -> Int64? { batch[index].timestampMs }

    func assign(_ starts: [PartitionPosition]) throws(SessionFailure) {
        try enter("assign")
        answered()
        positions = [:]
        for start in starts { positions[start.partition.rawValue] = start.offset.rawValue }
        if !starts.isEmpty, suspendedCheckOpen {
            cluster.coverage.reached(.suspendedReused)
            suspendedCheckOpen = false
        }
        let foreign = positions.keys.filter { !owned.contains($0) }
        // A member that was evicted unawares may still read what it thinks its own.
        if !foreign.isEmpty, cluster.members.contains(where: { $0 === self }), groupEvent == nil {
            cluster.violated("\(name) reads \(foreign), which it was not assigned")
        }
    }

    func unassign() throws(SessionFailure) {
        try enter("unassign")
        positions = [:]
        switch unanswered {
        case .revoked:
            owned = []
            hasRejoined = true
        case .lost:
            owned = []
            cluster.join(self)
        default: break
        }
        answered()
    }

    private func answered() {
        unanswered = nil
        hasNoPosition = false
    }

    func rewind(to starts: [PartitionPosition]) throws(SessionFailure) {
        try enter("rewind")
        arena.reuse()
        batch = []
        guard unanswered == nil else {
            cluster.coverage.reached(.rewindForbidden)
            hasNoPosition = true
            for start in starts { positions[start.partition.rawValue] = nil }
            return
        }
        if strikes(cluster.faults.rewind, .rewindFailed) { throw .unavailable("simulated rewind") }
        for start in starts where positions[start.partition.rawValue] != nil {
            positions[start.partition.rawValue] = start.offset.rawValue
        }
    }
}
