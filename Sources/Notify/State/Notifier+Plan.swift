internal import Foundation
import Inventory

extension Notifier {
    /// A notification to send once the records of this turn are committed.
    public struct Send: Sendable {
        /// The receiver, by the order of the policies.
        public var receiver: Int
        public var notification: Notification
    }

    /// Chooses what is told now: at most one notification for each receiver that is free.
    ///
    /// - Parameter busy: receivers that do something else.
    public mutating func plan(at now: Int64, busy: Set<Int> = []) -> [Send] {
        policies.indices.compactMap { index in
            collect(index, now)
            guard !busy.contains(index), let keys = choose(index, now) else { return nil }
            return begin(keys, index, now)
        }
    }

    /// When `plan` may have something to do, if nothing comes in before; nil for never.
    public func nextTime(after now: Int64) -> Int64? {
        queues.indices.compactMap { index -> Int64? in
            let queue = queues[index]
            if queue.underWay != nil { return nil }
            var times: [Int64] = []
            if let timer = queue.nextTimer { times.append(timer) }
            if let oldest = queue.oldest {
                let ready = queue.isBehind ? oldest : oldest + policies[index].groupWaitMs
                times.append(max(ready, queue.notBefore, earliest(index)))
            }
            return times.min()
        }.min()
    }

    /// The first time at which the receiver's rate allows a notification.
    private func earliest(_ index: Int) -> Int64 {
        guard let spacing = policies[index].spacingMs else { return .min }
        return queues[index].lastSent + Int64(Double(spacing) * spacingFactor)
    }

    /// Moves pairs whose time has come into their groups.
    private mutating func collect(_ index: Int, _ now: Int64) {
        while let (key, time) = queues[index].popTimer(at: now) {
            guard let pair = pairs[key] else { continue }
            let entry = pair.receivers[index]
            if entry.timer == time { pairs[key]?.receivers[index].timer = nil }
            // Another timer of the pair holds instead.
            guard entry.group == nil, !entry.isUnderWay, due(entry, index) == time else { continue }
            let group = group(pair, key, policies[index].grouping)
            pairs[key]?.receivers[index].group = group
            queues[index].add(key, to: group, at: now)
        }
    }

    private func group(_ pair: TrackedPair, _ key: Data, _ grouping: Policy.Grouping) -> String {
        guard grouping != .none, let alert = try? Alert(message: pair.json) else {
            return String(decoding: key, as: UTF8.self)
        }
        return switch grouping {
        case .product: alert.productID
        case .warehouse: alert.warehouseID
        case .category: alert.category ?? ""
        case .none: ""
        }
    }

    /// The pairs of the next notification; nil while nothing may be sent.
    private mutating func choose(_ index: Int, _ now: Int64) -> [Data]? {
        let policy = policies[index]
        while let oldest = queues[index].oldest {
            let queue = queues[index]
            if queue.underWay != nil || now < queue.notBefore { return nil }
            if now < earliest(index) {
                if now >= oldest + policy.groupWaitMs, !queue.isBehind {
                    queues[index].isBehind = true
                    queues[index].rateLimited += 1
                }
                return nil
            }
            if !queue.isBehind, now < oldest + policy.groupWaitMs { return nil }
            // Alerts come faster than the receiver takes them.
            if now > oldest + policy.groupWaitMs + Self.lateMs { queues[index].isBehind = true }
            let name = queues[index].oldestName
            var keys: [Data] = []
            while keys.count < queue.limit, queues[index].isBehind || queues[index].oldestName == name,
                let key = queues[index].takeFirst()
            {
                if isDue(key, index, now) { keys.append(key) }
            }
            if !keys.isEmpty { return keys }
        }
        queues[index].isBehind = false
        return nil
    }

    /// What waits for longer than this behind other notifications goes out as one.
    private static let lateMs: Int64 = 1_000

    /// Whether a pair that became ready is still to be told; otherwise its timer is set again.
    private mutating func isDue(_ key: Data, _ index: Int, _ now: Int64) -> Bool {
        guard var entry = pairs[key]?.receivers[index] else { return false }
        entry.group = nil
        pairs[key]?.receivers[index] = entry
        guard let time = due(entry, index) else { return false }
        guard time <= now else {
            evaluate(key, index, at: now)
            return false
        }
        if pairs[key]?.target(index, entry.told) == nil, !policies[index].sendsEnds {
            forget(key, index, at: now)
            return false
        }
        return true
    }

    /// Notes what is sent before it is sent.
    private mutating func begin(_ keys: [Data], _ index: Int, _ now: Int64) -> Send? {
        var items: [Notification.Item] = []
        var ids: [String] = []
        for key in keys {
            guard var pair = pairs[key] else { continue }
            let told = next(pair, index, now)
            items.append(item(pair, told))
            ids.append(items[items.count - 1].deduplicationKey + "/\(told.number)")
            pair.receivers[index].before = pair.receivers[index].told
            pair.receivers[index].told = told
            pair.receivers[index].isUnderWay = true
            pairs[key] = pair
            markDirty(key)
        }
        items.sort(by: Self.isMoreUrgent)
        queues[index].underWay = keys
        queues[index].lastSent = now
        return Send(
            receiver: index,
            notification: Notification(
                id: NotificationID.of(ids), items: items, others: others(of: items, keys, index), time: Self.date(now))
        )
    }

    /// What the receiver shows if the notification arrives.
    private func next(_ pair: TrackedPair, _ index: Int, _ now: Int64) -> Told {
        let entry = pair.receivers[index]
        guard var told = entry.told else {
            return Told(
                incident: pair.incident, level: pair.wanted(index), acknowledged: nil, isCertain: false, number: now,
                began: pair.began)
        }
        let target = pair.target(index, told)
        // The same content again is the same notification.
        if told.isCertain || told.level != target { told.number = max(now, told.number + 1) }
        // From here on its end may be told, so nothing else is told under its key.
        if target == nil { told.over = told.over ?? entry.pending?.since ?? now }
        told.level = target
        told.isCertain = false
        return told
    }

    static func isMoreUrgent(_ a: Notification.Item, _ b: Notification.Item) -> Bool {
        let levels = (a.alert.level?.rawValue ?? 0, b.alert.level?.rawValue ?? 0)
        return levels.0 != levels.1 ? levels.0 > levels.1 : a.deduplicationKey < b.deduplicationKey
    }

    /// The other pairs of the messages that these refer to.
    private func others(of items: [Notification.Item], _ keys: [Data], _ index: Int) -> [Notification.Item] {
        let threads = Set(items.compactMap(\.thread))
        guard !threads.isEmpty else { return [] }
        let taken = Set(keys)
        let members = threads.flatMap { queues[index].threads[$0] ?? [] }.filter { !taken.contains($0) }
        return members.compactMap { key in
            guard let pair = pairs[key], let told = pair.receivers[index].told else { return nil }
            return item(pair, told)
        }.sorted(by: Self.isMoreUrgent)
    }

    func item(_ pair: TrackedPair, _ told: Told) -> Notification.Item {
        let change: Notification.Item.Change
        switch (told.acknowledged, told.level) {
        case (_, nil): change = .ended
        case (nil, _): change = .began
        case (let old?, let new?): change = new > old ? .escalated : new < old ? .eased : .reminder
        }
        // It was decoded before it was stored.
        guard var alert = try? Alert(message: pair.json) else { preconditionFailure("stored what is no change") }
        // What the receiver shows may not be what stands: a difference waits, or its filter leaves the alert out.
        alert.level = told.level
        return Notification.Item(
            change: change, deduplicationKey: NotificationID.key(origin, alert, told.incident), alert: alert,
            previousLevel: told.acknowledged, began: Self.date(told.began),
            ended: told.level == nil ? Self.date(told.over ?? told.began) : nil, thread: told.thread)
    }

    static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }
}
