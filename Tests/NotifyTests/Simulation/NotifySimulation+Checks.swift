import Foundation
import Inventory

@testable import Notify

extension NotifySimulation {
    /// What must hold of every notification at the time it is sent.
    mutating func check(_ send: Notifier.Send) {
        let policy = policies[send.receiver]
        let items = send.notification.items
        if items.count > policy.mostItems { problem("\(items.count) items") }
        if Set(items.map(\.deduplicationKey)).count != items.count { problem("a pair twice in one notification") }
        if !hasBadClocks { for item in items { check(item, policy, send.receiver) } }
        if let spacing = policy.spacingMs, let last = lastSent[send.receiver], processes.count == 1, !hasBadClocks,
            now - last < spacing
        {
            problem("\(now - last) ms after the one before, \(spacing) asked for")
        }
        lastSent[send.receiver] = now
    }

    /// What a receiver may have under one id is one content.
    mutating func checkContent(_ send: Notifier.Send) {
        let content = send.notification.items.map(Self.words).joined(separator: ", ")
        let name = "\(policies[send.receiver].name) \(send.notification.id)"
        if let other = contents.updateValue(content, forKey: name), other != content {
            problem("\(send.notification.id) is \(content), and was \(other)")
        }
    }

    private mutating func check(_ item: Notification.Item, _ policy: Policy, _ receiver: Int) {
        guard let pair = pair(of: item.alert) else { return problem("an unknown pair") }
        let shown = receivers[receiver].shown[item.deduplicationKey]
        let isCertain = receivers[receiver].doubts == 0 && kills == 0
        switch item.change {
        case .began, .escalated:
            let lasted = lasting(pair) {
                Self.wanted($0, policy) > (item.previousLevel?.rawValue ?? 0)
            }
            if lasted < policy.waitMs, shown == nil || isCertain {
                problem("\(item.deduplicationKey) \(item.change) after \(lasted) of \(policy.waitMs) ms")
            }
            if isCertain, item.change == .began, shown != nil { problem("\(item.deduplicationKey) began twice") }
        case .ended:
            let end = Int64(((item.ended ?? .distantPast).timeIntervalSince1970 * 1_000).rounded())
            let lasted = alerts.lasting(pair, until: end + policy.resolveWaitMs) { Self.wanted($0, policy) == 0 }
            if isCertain, lasted < policy.resolveWaitMs || now < end + policy.resolveWaitMs {
                problem("\(item.deduplicationKey) ended after \(lasted) of \(policy.resolveWaitMs) ms")
            }
            if isCertain, shown == nil { problem("\(item.deduplicationKey) ended but never began") }
        case .eased:
            let lasted = lasting(pair) {
                Self.wanted($0, policy) < (item.previousLevel?.rawValue ?? UInt8.max)
            }
            if lasted < policy.resolveWaitMs, isCertain {
                problem("\(item.deduplicationKey) \(item.change) after \(lasted) of \(policy.resolveWaitMs) ms")
            }
            if isCertain, shown == nil { problem("\(item.deduplicationKey) \(item.change) but never began") }
        case .reminder:
            if policy.repeatMs == nil, isCertain { problem("a reminder that nobody asked for") }
        }
    }

    /// Everything works from now on; in the end every receiver shows what stands.
    mutating func settle() {
        moods = moods.map { _ in .well }
        isCalm = true
        // The longest of all times is the pause after a refusal.
        for _ in 0..<12 { advance(900_000) }
        for (index, policy) in policies.enumerated() {
            var expected: [Int: AlertLevel] = [:]
            for pair in 0..<alerts.pairs {
                guard let level = alerts.level(pair), Self.wanted(level, policy) > 0, isProduct(pair, policy) else {
                    continue
                }
                expected[pair] = level
            }
            var found: [Int: AlertLevel] = [:]
            for (key, level) in receivers[index].shown {
                let parts = key.split(separator: "/")
                guard let product = Int(parts[1]), let warehouse = Int(parts[2]) else { continue }
                if found.updateValue(level, forKey: product * 2 + warehouse) != nil {
                    problem("\(key) and another stand")
                }
            }
            if found != expected { problem("\(policy.name) shows \(found), but \(expected) stand") }
            // What a receiver is not told of for its severity is over for it, and may begin again.
            for (key, count) in receivers[index].beginnings
            where receivers[index].doubts == 0 && kills == 0 && count > 1 && policy.filter.atLeast == .warning {
                problem("\(key) began \(count) times")
            }
        }
        let standing = (0..<alerts.pairs).filter { alerts.level($0) != nil }.count
        if stored.reduce(0, { $0 + $1.count }) != standing {
            problem("\(stored.map(\.count)) records of \(standing) pairs")
        }
    }

    /// How long a pair has been so; what changed this millisecond may not have been read.
    private func lasting(_ pair: Int, _ holds: (AlertLevel?) -> Bool) -> Int64 {
        max(alerts.lasting(pair, until: now, holds), alerts.lasting(pair, until: now - 1, holds) + 1)
    }

    private func isProduct(_ pair: Int, _ policy: Policy) -> Bool {
        policy.filter.products?.contains("\(pair / 2)") ?? true
    }

    private static func wanted(_ level: AlertLevel?, _ policy: Policy) -> UInt8 {
        guard let level, level >= policy.filter.atLeast else { return 0 }
        return level.rawValue
    }

    private func pair(of alert: Alert) -> Int? {
        guard let product = Int(alert.productID), let warehouse = Int(alert.warehouseID) else { return nil }
        return product * 2 + warehouse
    }

    private mutating func problem(_ text: String) { problems.append("at \(now): \(text)") }
}
