import Foundation
import Inventory
import Testing

@testable import Notify

@Suite("What receivers are told, and when")
struct NotifierTests {
    private static func policy(_ change: (inout Policy) -> Void = { _ in }) -> Policy {
        var policy = Policy(name: "ops")
        policy.groupWaitMs = 0
        policy.mostItems = 10_000
        change(&policy)
        return policy
    }

    @Test("an alert is told once it has lasted, and its end once that has lasted")
    func waits() {
        var desk = Desk(Self.policy())
        desk.change(1, .low, at: 0)
        #expect(desk.told(until: 59_999).isEmpty)
        #expect(desk.told(until: 60_000) == ["60000 began 1 LOW"])
        desk.change(1, nil, at: 100_000)
        #expect(desk.told(until: 399_999).isEmpty)
        #expect(desk.told(until: 400_000) == ["400000 ended 1 -"])
        #expect(desk.notifier.pairs.isEmpty)
    }

    @Test("an alert that comes back in time was never over, and keeps its key")
    func hovering() {
        var desk = Desk(Self.policy())
        desk.change(1, .low, at: 0)
        _ = desk.told(until: 60_000)
        for minute in 1...20 {
            desk.change(1, nil, at: Int64(minute) * 120_000)
            desk.change(1, .low, at: Int64(minute) * 120_000 + 60_000)
        }
        #expect(desk.told(until: 2_500_000).isEmpty)
        desk.change(1, .outOfStock, at: 2_500_000)
        #expect(desk.told(until: 2_560_000) == ["2560000 escalated 1 OUT_OF_STOCK"])
        #expect(desk.keys.count == 1)
    }

    @Test("ten thousand pairs that hover around their threshold tell nothing")
    func flapping() {
        var desk = Desk(Self.policy())
        for round in 0..<6 {
            for pair in 0..<10_000 {
                desk.change(pair, round.isMultiple(of: 2) ? .low : nil, at: Int64(round) * 30_000)
            }
            #expect(desk.told(until: Int64(round) * 30_000 + 29_999).isEmpty)
        }
        #expect(desk.told(until: 3_600_000).isEmpty)
        #expect(desk.notifier.pairs.isEmpty, "nothing is kept of them")
    }

    @Test("after an hour away a receiver gets one digest of what is new, and nothing of what came and went")
    func away() {
        var desk = Desk(Self.policy { $0.mostItems = 200_000 })
        desk.outcome = .again(Failure(.connection, "refused"), after: nil)
        for pair in 0..<50_000 { desk.change(pair, .low, at: 0) }
        _ = desk.told(until: 60_000)
        for pair in 0..<50_000 where pair % 5 != 0 { desk.change(pair, nil, at: 60_000) }
        _ = desk.told(until: 3_600_000)
        #expect(desk.notifier.pairs.count == 10_000, "what is over and was not told is forgotten")
        desk.outcome = .taken(thread: nil)
        let told = desk.told(until: 4_000_000)
        #expect(told.count == 10_000)
        #expect(desk.notifications == 1)
        #expect(told.allSatisfy { $0.contains("began") })
    }

    @Test("a receiver that perhaps has a notification is told the end all the same")
    func doubt() {
        var desk = Desk(Self.policy())
        desk.outcome = .again(Failure(.timeout, "no answer"), after: nil)
        desk.change(1, .low, at: 0)
        _ = desk.told(until: 61_000)
        desk.change(1, nil, at: 61_000)
        desk.outcome = .taken(thread: nil)
        #expect(desk.told(until: 1_000_000).last?.hasSuffix("ended 1 -") == true)
    }

    @Test("alerts of one product are told together")
    func groups() {
        var desk = Desk(
            Self.policy {
                $0.waitMs = 0
                $0.groupWaitMs = 10_000
                $0.grouping = .product
            })
        #expect(desk.told(until: 100).isEmpty)
        for pair in 0..<4 { desk.change(pair, .low, at: 1_000 + Int64(pair) * 100) }
        #expect(desk.told(until: 12_000).count == 4)
        #expect(desk.notifications == 2, "of pairs 0 and 1, and of 2 and 3")
    }

    @Test("more than the rate allows becomes a digest")
    func rate() {
        var desk = Desk(
            Self.policy {
                $0.waitMs = 0
                $0.spacingMs = 60_000
            })
        _ = desk.told(until: 60_000)
        for pair in 0..<100 {
            desk.change(pair, .low, at: 60_000 + Int64(pair) * 100)
            _ = desk.told(until: 60_000 + Int64(pair) * 100)
        }
        _ = desk.told(until: 200_000)
        #expect(desk.notifications == 2)
        #expect(desk.keys.count == 100)
    }

    @Test("what stands is told again, and a level that a receiver does not want is over for it")
    func reminders() {
        var desk = Desk(
            Self.policy {
                $0.waitMs = 0
                $0.resolveWaitMs = 0
                $0.repeatMs = 3_600_000
                $0.filter.atLeast = .critical
            })
        desk.change(1, .low, at: 0)
        #expect(desk.told(until: 10_000).isEmpty)
        desk.change(1, .critical, at: 10_000)
        #expect(
            desk.told(until: 7_300_000) == [
                "10000 began 1 CRITICAL", "3610000 reminder 1 CRITICAL", "7210000 reminder 1 CRITICAL",
            ])
        desk.change(1, .warning, at: 7_400_000)
        #expect(desk.told(until: 20_000_000) == ["7400000 ended 1 -"])
    }

    @Test("one that is refused does not hold up the others, and is tried again later")
    func refused() {
        var desk = Desk(Self.policy { $0.waitMs = 0 })
        desk.refuses = { $0.contains { $0.alert.productID == "3" } }
        for pair in 0..<16 { desk.change(pair, .low, at: 0) }
        let told = desk.told(until: 10_000)
        #expect(told.count == 14, "all but the two of product 3")
        desk.refuses = { _ in false }
        #expect(desk.told(until: 3_500_000).isEmpty)
        #expect(desk.told(until: 3_700_000).count == 2)
    }

    @Test("an alert that begins long after the last one was over is another one, also when nobody could be told")
    func another() {
        var desk = Desk(Self.policy { $0.waitMs = 0 })
        desk.change(1, .low, at: 0)
        #expect(desk.told(until: 0) == ["0 began 1 LOW"])
        desk.outcome = .again(Failure(.connection, "refused"), after: nil)
        desk.change(1, nil, at: 1_000)
        _ = desk.told(until: 3_600_000)
        desk.change(1, .low, at: 3_600_000)
        desk.outcome = .taken(thread: nil)
        let told = desk.told(until: 4_000_000).map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
        #expect(told == ["ended 1 -", "began 1 LOW"])
        #expect(desk.keys.count == 2)
    }

    @Test("what changes after a refusal is told at once, and a receiver that refuses everything is not hammered")
    func refusals() {
        var desk = Desk(
            Self.policy {
                $0.waitMs = 0
                $0.mostItems = 1
            })
        desk.refuses = { _ in true }
        for pair in 0..<1_000 { desk.change(pair, .low, at: 0) }
        _ = desk.told(until: 600_000)
        #expect(desk.attempts < 50, "\(desk.attempts) attempts in ten minutes")
        var other = Desk(Self.policy { $0.waitMs = 0 })
        other.refuses = { _ in true }
        other.change(1, .low, at: 0)
        _ = other.told(until: 2_000)
        other.refuses = { _ in false }
        other.change(1, .outOfStock, at: 2_000)
        #expect(other.told(until: 3_000) == ["2000 began 1 OUT_OF_STOCK"])
    }

    @Test("pairs that come and go while a receiver is away leave nothing behind")
    func ghosts() {
        var desk = Desk(Self.policy { $0.waitMs = 0 })
        desk.outcome = .again(Failure(.connection, "refused"), after: nil)
        for round in 0..<20 {
            for pair in 0..<1_000 {
                desk.change(pair, round.isMultiple(of: 2) ? .low : nil, at: Int64(round) * 10_000)
            }
            _ = desk.told(until: Int64(round) * 10_000 + 9_999)
        }
        #expect(desk.notifier.pairs.isEmpty)
        #expect(desk.notifier.queues[0].readyCount == 0)
        #expect(desk.notifier.queues[0].oldest == nil)
    }

    @Test("what was told to receivers that this process does not know stays stored")
    func unknownReceivers() throws {
        var one = Desk(Self.policy { $0.waitMs = 0 })
        one.change(1, .low, at: 0)
        _ = one.told(until: 0)
        let records = one.notifier.takeRecords()
        let record = try #require(records.first)
        let value = try #require(record.value)
        var other = Notifier([Policy(name: "other")], origin: "group", at: 0)
        let isRead = other.restore(key: record.key, partition: 0, value: value, at: 0)
        #expect(isRead)
        other.apply(try SimAlerts.resolved(1), key: record.key, partition: 0, at: 1)
        let rewritten = other.takeRecords()
        let after = try #require(rewritten.first?.value.flatMap { PairRecord($0) })
        #expect(after.header.receivers["ops"]?.told?.acknowledged == .low)
    }

    @Test("without ends, an alert that is over is only forgotten")
    func noEnds() {
        var desk = Desk(
            Self.policy {
                $0.waitMs = 0
                $0.sendsEnds = false
            })
        desk.change(1, .low, at: 0)
        #expect(desk.told(until: 0) == ["0 began 1 LOW"])
        desk.change(1, nil, at: 1_000)
        #expect(desk.told(until: 1_000_000).isEmpty)
        #expect(desk.notifier.pairs.isEmpty)
    }

    @Test("keys are short printable ASCII and different for different ids")
    func keys() {
        func key(_ product: String, _ warehouse: String) -> String {
            let alert = Alert(
                productID: product, warehouseID: warehouse, currentStock: 1, reorderThreshold: 2, level: .low,
                incident: 7,
                json: Data())
            return NotificationID.key("stockd-notify", alert, 7)
        }
        #expect(key("3", "1") == "stockd-notify/3/1/7")
        #expect(key("a/b", "c") != key("a", "b/c"))
        #expect(key("Ä ö", "1") == "stockd-notify/%C3%84%20%C3%B6/1/7")
        let long = key(String(repeating: "é", count: 120), String(repeating: "x", count: 255))
        #expect(long.utf8.count <= 64 && long.hasPrefix("stockd-"))
        #expect(long != key(String(repeating: "é", count: 120), String(repeating: "x", count: 254)))
    }
}

/// A notifier, a clock and one receiver that answers at once.
private struct Desk {
    var notifier: Notifier
    var outcome = Outcome.taken(thread: nil)
    var refuses: ([Notification.Item]) -> Bool = { _ in false }
    private(set) var notifications = 0
    private(set) var attempts = 0
    private(set) var keys: Set<String> = []
    private var alerts = SimAlerts(partitions: 1, pairs: 60_000)
    private var now: Int64 = 0

    init(_ policy: Policy) { notifier = Notifier([policy], origin: "group", at: 0) }

    mutating func change(_ pair: Int, _ level: AlertLevel?, at time: Int64) {
        if level == alerts.level(pair) { return }
        alerts.change(pair, to: level, at: time)
        guard let message = alerts.log[0].last else { return }
        notifier.apply(message.alert, key: message.key, partition: 0, at: time)
    }

    /// Goes on until a time: what the receiver took meanwhile, as time, change, product and level.
    mutating func told(until end: Int64) -> [String] {
        var told: [String] = []
        while true {
            for send in notifier.plan(at: now) {
                let items = send.notification.items
                attempts += 1
                let outcome = refuses(items) ? .refused(Failure(.refused, "400")) : outcome
                if case .taken = outcome {
                    notifications += 1
                    keys.formUnion(items.map(\.deduplicationKey))
                    told += items.map { "\(now) \($0.change) \(number($0)) \($0.alert.level?.name ?? "-")" }
                }
                notifier.answer(outcome, receiver: 0, at: now, jitter: 0)
            }
            guard let next = notifier.nextTime(after: now), next <= end else { break }
            now = max(now, next)
        }
        now = max(now, end)
        return told
    }

    private func number(_ item: Notification.Item) -> Int {
        (Int(item.alert.productID) ?? 0) * 2 + (Int(item.alert.warehouseID) ?? 0)
    }
}
