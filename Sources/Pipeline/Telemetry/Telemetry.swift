public import Inventory
public import Logging
import Synchronization
import Wire

/// One method for each event in a worker's life. It counts and logs, so that the two never differ.
///
/// Called from the worker's thread; the counts may be read from any.
public final class Telemetry: Sendable {
    let logger: Logger
    let ids: IDs
    private let counts = Mutex(Counts())
    let memory = Mutex(Memory())

    /// What was counted since the start.
    public struct Counts: Sendable, Equatable {
        public var input = InputCounts()
        public var unknownTypes = 0
        public var rejectedByReason: [String: Int] = [:]
        public var committed = 0
        public var aborted = 0
        public var alertChanges = 0
        public var messages = 0
        public var rebalances = 0
        public var fencings = 0
        public var unknownOutcome = 0
        public var recoveries = 0
        /// From consolidation to Kafka's response.
        public var commits = Histogram.commits
        /// From the Kafka timestamps of a transaction's oldest and newest record to its commit.
        public var latencies = Histogram.latencies
        /// The share of offsets that a recovery has read of the present topic; 1 when live.
        public var recoveredShare = 0.0
        /// What the worker is doing, for a status line.
        public var status = "starting"
        /// True once partitions are assigned, recovered and being read.
        public var isRunning = false
    }

    /// What was logged already, so that it is logged once.
    struct Memory {
        var unknownTypes: Set<String> = []
        var rejectedLogged = 0
        var unavailableSaid = false
        var abortsSaid = 0
        var progressMs: ContinuousClock.Instant?
    }

    public init(logger: Logger, ids: IDs = .integers) {
        self.logger = logger
        self.ids = ids
    }

    public var snapshot: Counts { counts.withLock { $0 } }

    func update(_ change: (inout Counts) -> Void) { counts.withLock { change(&$0) } }

    // MARK: Events

    /// Counts a batch, whose outcomes were gathered without a lock.
    func count(_ batch: InputCounts) { update { $0.input.add(batch) } }

    func unknownType(_ name: String?) {
        update { $0.unknownTypes += 1 }
        let name = name ?? "(none)"
        // Bounded, since hostile input could invent types without end.
        let isNew = memory.withLock { $0.unknownTypes.count < 1_000 && $0.unknownTypes.insert(name).inserted }
        guard isNew else { return }
        logger.warning(
            "event type \(name) is not in events.types: its events move no stock; add it if they should",
            metadata: ["event_type": .string(name)])
    }

    /// - Parameter what: an event, or a row of a reference topic.
    func rejected(_ error: BadEvent, _ what: String = "event", at source: Source) {
        update { $0.rejectedByReason[error.reason.rawValue, default: 0] += 1 }
        let logged = memory.withLock { memory in
            memory.rejectedLogged += 1
            return memory.rejectedLogged
        }
        // The first few in full, then ever more seldom: a poisoned producer must not fill the disk.
        guard logged <= 10 || logged.nonzeroBitCount == 1 else { return }
        logger.warning(
            "\(what) rejected: \(error.message)",
            metadata: [
                "reason": .string(error.reason.rawValue), "partition": "\(source.partition.rawValue)",
                "offset": "\(source.offset.rawValue)", "rejected_so_far": "\(logged)",
            ])
    }

    // MARK: Transactions

    func published(_ change: AlertChange) {
        logger.debug(
            "alert \(change.kind.name)",
            metadata: [
                "product_id": .string(ids.string(change.pair.product)),
                "warehouse_id": .string(ids.string(change.pair.warehouse)),
            ])
    }

    func committed(tookMs: Int64, messages: Int, alertChanges: Int, recordTimes: ClosedRange<Int64>?) {
        let nowMs = wallMicroseconds() / 1_000
        update {
            $0.committed += 1
            $0.commits.observe(ms: tookMs)
            if let recordTimes {
                $0.latencies.observe(ms: nowMs - recordTimes.upperBound)
                if recordTimes.count > 1 { $0.latencies.observe(ms: nowMs - recordTimes.lowerBound) }
            }
            $0.messages += messages
            $0.alertChanges += alertChanges
        }
    }

    func aborted() { update { $0.aborted += 1 } }

    func mustAbort(_ message: String) {
        let count = memory.withLock { memory in
            memory.abortsSaid += 1
            return memory.abortsSaid
        }
        guard count <= 5 || count.nonzeroBitCount == 1 else { return }
        logger.warning("transaction rolled back, its events are processed again: \(message)")
    }

    func unknownOutcome(_ message: String) {
        update { $0.unknownOutcome += 1 }
        logger.warning("outcome of a transaction unknown; reading from Kafka what was committed: \(message)")
    }

    func fenced(_ message: String) {
        update { $0.fencings += 1 }
        logger.warning("another producer has taken over; reading the state again: \(message)")
    }

    func unavailable(_ message: String) {
        let isFirst = memory.withLock { memory in
            defer { memory.unavailableSaid = true }
            return !memory.unavailableSaid
        }
        guard isFirst else { return }
        update { $0.status = "waiting for Kafka" }
        logger.warning("waiting for Kafka, trying again: \(message)")
    }

    func worksAgain(_ what: String) {
        memory.withLock {
            $0.unavailableSaid = false
            $0.abortsSaid = 0
        }
        logger.notice("\(what)")
    }

    func checkpointTookTooLong(records: Int, nextInMs: Int64) {
        logger.warning(
            """
            a checkpoint did not fit into a transaction; commits go on without it, and a recovery has more \
            to read. Raise kafka.transaction_timeout and kafka.session_timeout, to 60s for instance
            """,
            metadata: ["state_records": "\(records)", "tried_again_in_s": "\(nextInMs / 1_000)"])
    }

    // MARK: Partitions

    func assigned(_ partitions: [Partition]) {
        update {
            $0.rebalances += 1
            $0.status = partitions.isEmpty ? "standing by without partitions" : "recovering"
        }
        logger.info("partitions assigned", metadata: ["partitions": .string(Self.list(partitions))])
    }

    func waitsForPartitions(_ mine: Int, of all: Int) {
        update { $0.status = "waiting for the other partitions" }
        logger.notice(
            "one worker needs all partitions, but another member has some of them; waiting for it to leave",
            metadata: ["assigned": "\(mine)", "partitions": "\(all)"])
    }

    func revoked() {
        update {
            $0.isRunning = false
            $0.status = "without partitions"
        }
        logger.info("partitions handed back")
    }

    func lost() {
        update {
            $0.isRunning = false
            $0.status = "without partitions"
        }
        logger.warning(
            "partitions lost: the session timed out or another member has them; what was not committed is dropped"
        )
    }

    func gaveUpUncommitted(_ message: String) {
        logger.warning("partitions handed back without the last batch; their next owner processes it: \(message)")
    }

    func recovering(_ what: String, _ progress: ReadProgress) {
        let isDue = memory.withLock { memory in
            let now = ContinuousClock.now
            if let last = memory.progressMs, now - last < .seconds(1) { return false }
            defer { memory.progressMs = now }
            return memory.progressMs != nil
        }
        let status = "recovering \(what): \(progress.done) of \(progress.total) offsets"
        update {
            $0.status = status
            $0.recoveredShare = progress.total > 0 ? min(1, Double(progress.done) / Double(progress.total)) : 1
        }
        guard isDue else { return }
        logger.info("\(status)")
    }

    func recovered(pairs: Int) {
        memory.withLock { $0.progressMs = nil }
        update {
            $0.recoveries += 1
            $0.recoveredShare = 1
            $0.isRunning = true
            $0.status = "running"
        }
        logger.info("state recovered, going live", metadata: ["pairs": "\(pairs)"])
    }

    static func list(_ partitions: [Partition]) -> String {
        partitions.sorted().map { String($0.rawValue) }.joined(separator: " ")
    }
}
