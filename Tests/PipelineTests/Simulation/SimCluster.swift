import Inventory
import Pipeline

/// A Kafka cluster of one thread: topics with transactional isolation, a transaction coordinator, a group.
final class SimCluster {
    var random: SplitMix64
    var faults = SimFaults()
    var coverage = Coverage()
    var nowMs: Int64 = 0
    var topics: [Topic: [SimPartition]] = [:]
    /// A topic that the brokers do not know any more.
    var deletedTopic: Topic?
    /// What workers have shown.
    var terms = TermLedger()
    /// The first violation found.
    private(set) var violation: String?
    var trace: [String] = []
    var isTracing = false

    // Transactions.
    private var transactionCount = 0
    private var epochs: [String: Int] = [:]
    private(set) var transactions: [SimTransaction] = []
    /// Requests to end a transaction that had already ended otherwise when they arrived: they may end the producer's
    /// next one.
    private var strays: [(id: String, epoch: Int, commit: Bool)] = []
    /// Decided commits, in the order of their decision.
    private(set) var commits: [SimTransaction] = []

    // The group.
    var groupOffsets: [Int32: Int64] = [:]
    var generation = 0
    var members: [SimSession] = []
    var rebalancingSinceMs: Int64?
    /// Lets the others work while a process hangs; one at a time.
    var goOnWithout: ((SimSession) -> Void)?

    var transactionTimeoutMs: Int64 = 10_000

    init(seed: UInt64, inputs: Int, states: Int) {
        random = SplitMix64(seed: seed)
        topics = [
            .input: Self.partitions(inputs), .state: Self.partitions(states), .alerts: Self.partitions(2),
            .deadLetters: Self.partitions(1), .stockLevels: Self.partitions(2), .rollup: Self.partitions(2),
            .reference(.products): Self.partitions(2), .reference(.warehouses): Self.partitions(2),
            .reference(.thresholds): Self.partitions(2),
        ]
    }

    private static func partitions(_ count: Int) -> [SimPartition] { (0..<count).map { _ in SimPartition() } }

    func partition(_ topic: Topic, _ index: Int) -> SimPartition { topics[topic]![index] }

    func violated(_ text: String) {
        if violation == nil { violation = text }
        say("VIOLATION \(text)")
    }

    func say(_ text: @autoclosure () -> String) {
        if isTracing { trace.append("\(nowMs) \(text())") }
    }

    /// Lets time pass, and does what is due by then.
    func advance(_ ms: Int64) {
        nowMs += ms
        for transaction in transactions { settle(transaction) }
        transactions.removeAll(where: \.isOver)
        tickGroup()
    }

    private func settle(_ transaction: SimTransaction) {
        switch transaction.phase {
        case .open:
            if let commit = transaction.endUnderWay, random.happens(100) {
                if commit { coverage.reached(.lateCommitLanded) }
                transaction.endUnderWay = nil
                end(transaction, commit: commit)
            } else if let commit = takeStray(transaction) {
                end(transaction, commit: commit)
            } else if nowMs - transaction.startedMs > transactionTimeoutMs {
                coverage.reached(.transactionTimedOut)
                epochs[transaction.id, default: 0] += 1
                end(transaction, commit: false)
            }
        case .decided(let commit):
            guard let marker = transaction.missingMarkers.first else { break }
            // Offsets mostly arrive early, so that successors read a transaction whose other markers are missing.
            if !faults.isOn || random.happens(marker == .offsets ? 400 : 50) {
                land(transaction.missingMarkers.removeFirst(), of: transaction, commit)
            }
        }
    }

    private func takeStray(_ transaction: SimTransaction) -> Bool? {
        let match = strays.firstIndex { $0.id == transaction.id && $0.epoch == epoch(of: transaction.id) }
        guard let match, random.happens(200) else { return nil }
        return strays.remove(at: match).commit
    }

    /// Replaces the input by another topic.
    func replaceInput(partitions: Int) {
        topics[.input] = Self.partitions(partitions)
        groupOffsets = [:]
    }

    // MARK: The transaction coordinator

    func epoch(of id: String) -> Int { epochs[id, default: 0] }

    /// Registers a new producer and ends the old one's transaction, by a commit or an abort.
    func initialise(_ id: String) -> Int {
        for transaction in transactions where transaction.id == id {
            if transaction.phase == .open {
                let commit = transaction.endUnderWay == true && random.happens(500)
                if commit { coverage.reached(.commitSettledByInit) }
                end(transaction, commit: commit)
            }
            landAll(transaction)
        }
        transactions.removeAll(where: \.isOver)
        epochs[id, default: 0] += 1
        return epoch(of: id)
    }

    func begin(_ id: String) -> SimTransaction {
        // The client waits for the previous transaction's markers.
        for transaction in transactions where transaction.id == id { landAll(transaction) }
        transactionCount += 1
        let transaction = SimTransaction(number: transactionCount, id: id, startedMs: nowMs)
        transactions.append(transaction)
        return transaction
    }

    func write(_ record: SimRecord, to topic: Topic, _ index: Int, in transaction: SimTransaction) {
        var record = record
        record.transaction = transaction.number
        record.offset = partition(topic, index).append(record)
        transaction.touched.insert(.partition(topic, index))
        transaction.records.append((topic, record))
    }

    func end(_ transaction: SimTransaction, commit: Bool, delayingMarkers: Bool = false) {
        guard transaction.phase == .open else { return }
        if let late = transaction.endUnderWay {
            strays.append((transaction.id, epoch(of: transaction.id), late))
        }
        say(
            "\(transaction.id) #\(transaction.number) \(commit ? "commits \(transaction.offsets)" : "aborts")"
        )
        transaction.phase = .decided(commit: commit)
        if transaction.isUnknown {
            coverage.reached(commit ? .unknownThenCommitted : .unknownThenAborted)
        }
        if commit { commits.append(transaction) }
        if !commit, transaction.records.contains(where: { $0.topic == .deadLetters }) {
            coverage.reached(.deadLetterAborted)
        }
        if !transaction.offsets.isEmpty { transaction.touched.insert(.offsets) }
        transaction.missingMarkers = transaction.touched.sorted { Self.rank($0) < Self.rank($1) }
        transaction.missingMarkers.shuffle(using: &random)
        // The offsets are often first, so that a successor reads a transaction whose other markers are missing.
        if random.happens(500), let offsets = transaction.missingMarkers.firstIndex(of: .offsets) {
            transaction.missingMarkers.swapAt(0, offsets)
        }
        if delayingMarkers {
            coverage.reached(.markersDelayed)
        } else {
            landAll(transaction)
        }
    }

    /// Gives one order before shuffling: a set's order differs from run to run.
    private static func rank(_ marker: SimTransaction.Marker) -> String { "\(marker)" }

    private func landAll(_ transaction: SimTransaction) {
        guard case .decided(let commit) = transaction.phase else { return }
        while !transaction.missingMarkers.isEmpty {
            land(transaction.missingMarkers.removeFirst(), of: transaction, commit)
        }
    }

    private func land(_ marker: SimTransaction.Marker, of transaction: SimTransaction, _ commit: Bool) {
        switch marker {
        case .partition(let topic, let index):
            partition(topic, index).mark(transaction.number, committed: commit)
        case .offsets:
            if commit { groupOffsets.merge(transaction.offsets) { $1 } }
        }
    }

    /// Offsets of these partitions that a transaction may still change.
    func hasUnstableOffsets(_ partitions: [Int32]) -> Bool {
        transactions.contains { transaction in
            let isPending = transaction.phase == .open || transaction.missingMarkers.contains(.offsets)
            return isPending && transaction.offsets.keys.contains { partitions.contains($0) }
        }
    }
}
