import Foundation
import Inventory
import TestSupport

@testable import Notify

/// A random history of alerts, receivers that fail, processes that are killed and partitions that move.
///
/// The state topic and the group's offsets are what a transaction makes them: all of it or nothing.
struct NotifySimulation {
    var random: SeededRandom
    var alerts: SimAlerts
    let policies: [Policy]
    var receivers: [SimReceiver]
    var moods: [SimReceiver.Mood]
    var now: Int64 = 1_000_000
    /// Committed: records by partition, offsets by partition.
    var stored: [[Data: Data]]
    private var offsets: [Int]
    var processes: [Process] = []
    var kills = 0
    var problems: [String] = []
    private(set) var notifications = 0
    /// When each receiver was sent the last notification.
    var lastSent: [Int: Int64] = [:]
    /// What was sent under each notification's id.
    var contents: [String: String] = [:]
    /// Nothing fails any more.
    var isCalm = false

    struct Process {
        var notifier: Notifier
        /// By how much its clock is ahead, in milliseconds.
        var skew: Int64
        var partitions: [Int]
        var positions: [Int: Int] = [:]
        var goals: [Int: Int] = [:]
        /// Requests that were sent and not answered, with the time of the answer.
        var sent: [(send: Notifier.Send, outcome: Outcome, at: Int64)] = []
        /// Answers that no commit has stored.
        var unstored: [Notifier.Answer] = []
    }

    /// - Parameter isTraced: prints what happens.
    init(seed: UInt64, isTraced: Bool = false) {
        self.isTraced = isTraced
        hasBadClocks = seed % 5 == 4
        random = SeededRandom(seed: seed)
        let partitions = 1 + random.below(3)
        alerts = SimAlerts(partitions: partitions, pairs: 2 + random.below(8))
        var policies: [Policy] = []
        for number in 0..<(1 + random.below(3)) {
            var policy = Policy(name: "r\(number)")
            policy.waitMs = [0, 1_000, 60_000][random.below(3)]
            policy.resolveWaitMs = [0, 5_000, 300_000][random.below(3)]
            policy.groupWaitMs = [0, 10_000][random.below(2)]
            policy.grouping = Policy.Grouping.allCases[random.below(4)]
            policy.mostItems = [1, 3, 1_000][random.below(3)]
            policy.repeatMs = [nil, nil, 600_000][random.below(3)]
            policy.spacingMs = [nil, 1_000, 20_000][random.below(3)]
            policy.filter.atLeast = random.chance(2) ? .warning : AlertLevel.allCases[random.below(5)]
            if random.chance(4) { policy.filter.products = ["0", "1"] }
            policies.append(policy)
        }
        self.policies = policies
        receivers = policies.map { _ in SimReceiver() }
        moods = policies.map { _ in .well }
        stored = Array(repeating: [:], count: partitions)
        offsets = Array(repeating: 0, count: partitions)
        rebalance()
    }

    /// With a trace for the one who looks at a seed.
    private func note(_ text: @autoclosure () -> String) { if isTraced { print("\(now) \(text())") } }
    private let isTraced: Bool
    /// Each process's clock may be wrong by up to an hour, so that nothing is told at the right time.
    let hasBadClocks: Bool

    // MARK: The history

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            switch random.below(100) {
            case 0..<35: changeAlert()
            case 35..<75: advance(Int64([1, 50, 700, 5_000, 30_000, 200_000][random.below(6)]))
            case 75..<80: moods[random.below(moods.count)] = SimReceiver.Mood.allCases[random.below(9)]
            case 80..<84: moods = moods.map { _ in .well }
            case 84..<87: kill(random.below(processes.count))
            case 87..<89: rebalance()
            default: break
            }
            for index in processes.indices { turn(index) }
        }
        settle()
    }

    private mutating func changeAlert() {
        let pair = random.below(alerts.pairs)
        let levels: [AlertLevel?] = [nil, nil, nil] + AlertLevel.allCases
        let level = levels[random.below(levels.count)]
        if level != alerts.level(pair) {
            alerts.change(pair, to: level, at: now)
            note("pair \(pair / 2)/\(pair % 2) \(level?.name ?? "-")")
        }
    }

    mutating func advance(_ milliseconds: Int64) {
        let end = now + milliseconds
        while now < end {
            let next = processes.compactMap { process in
                let skew = process.skew
                return ([process.notifier.nextTime(after: now + skew).map { $0 - skew }] + process.sent.map { $0.at })
                    .compactMap { $0 }.min()
            }.min()
            now = min(end, max(now + 1, next ?? end))
            for index in processes.indices { turn(index) }
        }
    }

    // MARK: Processes

    private mutating func start(_ partitions: [Int], skew known: Int64? = nil) -> Process {
        let skew = known ?? (hasBadClocks ? [0, 3_600_000, -3_600_000, 40_000][random.below(4)] : 0)
        var process = Process(
            notifier: Notifier(policies, origin: "group", at: now + skew), skew: skew, partitions: partitions)
        process.notifier.spacingFactor = Double(stored.count) / Double(max(1, partitions.count))
        for partition in partitions {
            for (key, value) in stored[partition] {
                if !process.notifier.restore(key: key, partition: Int32(partition), value: value, at: now + skew) {
                    problems.append("a record cannot be read: \(String(decoding: value, as: UTF8.self))")
                }
            }
            process.positions[partition] = offsets[partition]
            process.goals[partition] = alerts.log[partition].count
        }
        return process
    }

    /// The process ends without a word; requests that it sent may arrive all the same.
    private mutating func kill(_ index: Int) {
        kills += 1
        note("kill")
        for (send, _, _) in processes[index].sent { receivers[send.receiver].doubts += 1 }
        processes[index] = start(processes[index].partitions)
    }

    /// A transaction fails: the process waits for its answers and reads again what is stored.
    private mutating func failTransaction(_ index: Int) {
        note("failed transaction")
        awaitAnswers(index)
        let old = processes[index]
        processes[index] = start(old.partitions, skew: old.skew)
        processes[index].unstored = old.unstored + old.notifier.answers
        processes[index].notifier.takeOver(processes[index].unstored, at: now + old.skew)
    }

    private mutating func awaitAnswers(_ index: Int) {
        while let at = processes[index].sent.map({ $0.at }).max() {
            now = max(now, at)
            collectAnswers(index)
        }
    }

    /// Every process waits for its answers, commits, and gives its partitions back.
    private mutating func rebalance() {
        for index in processes.indices {
            awaitAnswers(index)
            commit(index)
        }
        let count = 1 + random.below(2)
        var shares: [[Int]] = Array(repeating: [], count: count)
        for partition in stored.indices { shares[random.below(count)].append(partition) }
        processes = []
        for share in shares { processes.append(start(share)) }
    }

    private mutating func collectAnswers(_ index: Int) {
        let due = processes[index].sent.filter { $0.at <= now }
        processes[index].sent.removeAll { $0.at <= now }
        for (send, outcome, _) in due {
            processes[index].notifier.answer(
                outcome, receiver: send.receiver, at: now + processes[index].skew,
                jitter: Double(random.below(100)) / 100)
        }
    }

    /// One turn, which may end with a kill or a failed transaction at each of its calls.
    private mutating func turn(_ index: Int) {
        collectAnswers(index)
        read(index)
        guard processes[index].positions.allSatisfy({ $1 >= processes[index].goals[$0] ?? 0 }) else { return }
        let sends = processes[index].notifier.plan(at: now + processes[index].skew)
        if fails() { return fail(index) }
        commit(index)
        if fails() {
            // The transaction has happened though its outcome is unknown, so what was not sent counts as sent.
            for send in sends { receivers[send.receiver].doubts += 1 }
            return fail(index)
        }
        for send in sends { deliver(send, index) }
        if fails() { fail(index) }
    }

    static func words(_ item: Notification.Item) -> String {
        "\(item.deduplicationKey) \(item.change) \(item.alert.level?.name ?? "-")"
    }

    private mutating func fail(_ index: Int) {
        if random.chance(2) { kill(index) } else { failTransaction(index) }
    }

    private mutating func fails() -> Bool { !isCalm && random.chance(200) }

    private mutating func read(_ index: Int) {
        for partition in processes[index].partitions {
            var position = processes[index].positions[partition] ?? 0
            let end = min(alerts.log[partition].count, position + 1 + random.below(5))
            while position < end {
                let message = alerts.log[partition][position]
                processes[index].notifier.apply(
                    message.alert, key: message.key, partition: Int32(partition),
                    at: min(message.time, now + processes[index].skew))
                position += 1
            }
            processes[index].positions[partition] = position
        }
    }

    private mutating func commit(_ index: Int) {
        for (key, partition, value) in processes[index].notifier.takeRecords() { stored[Int(partition)][key] = value }
        for (partition, position) in processes[index].positions { offsets[partition] = position }
        processes[index].unstored = []
        processes[index].notifier.answers = []
    }

    private mutating func deliver(_ send: Notifier.Send, _ index: Int) {
        notifications += 1
        check(send)
        let mood = moods[send.receiver]
        note("\(policies[send.receiver].name) \(mood): \(send.notification.items.map(Self.words))")
        let refuses = send.notification.items.contains { $0.alert.productID == "1" }
        let (outcome, takes) = SimReceiver.outcome(mood, refuses: refuses)
        if takes { receivers[send.receiver].take(send.notification, at: now) }
        if takes || mood == .broken { checkContent(send) }
        if mood == .brokenAfterwards || mood == .hanging || mood == .broken { receivers[send.receiver].doubts += 1 }
        let delay: Int64 = mood == .hanging ? 15_000 : mood == .lateAnswer ? 9_000 : Int64(random.below(200))
        processes[index].sent.append((send, outcome, now + delay))
    }
}
