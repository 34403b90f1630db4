public import Foundation
import Inventory

/// What each receiver is to be told, and what it was told.
///
/// It does no I/O: messages, answers and the time come in; records for the state topic and notifications go out. A
/// notification may only be sent after the records of the same turn are committed: they hold the intent, so that after
/// a crash nothing that was perhaps told is forgotten.
///
/// Times are milliseconds since the epoch.
public struct Notifier {
    let policies: [Policy]
    /// Stands first in every deduplication key.
    let origin: String
    var pairs: [Data: TrackedPair] = [:]
    var queues: [ReceiverQueue]
    /// The pairs whose records changed since `takeRecords`.
    private var dirty: Set<Data> = []
    /// What became of what was sent since this was emptied, for `takeOver`.
    public var answers: [Answer] = []
    /// By how much rates are stretched, because other members of the group tell the same receivers: all partitions
    /// divided by those of this member.
    public var spacingFactor = 1.0

    /// - Parameters:
    ///   - origin: the consumer group; it tells apart the keys of several that tell one receiver.
    ///   - now: the start. A predecessor may have sent until then, so rates count from there.
    public init(_ policies: [Policy], origin: String, at now: Int64) {
        self.policies = policies
        self.origin = origin
        queues = policies.map { ReceiverQueue(limit: $0.mostItems, lastSent: now) }
    }

    // MARK: What comes in

    /// A message of the alert topic.
    public mutating func apply(_ alert: Alert, key: Data, partition: Int32, at time: Int64) {
        var pair =
            pairs[key]
            ?? TrackedPair(
                partition: partition, json: alert.json, level: nil, incident: alert.incident, began: time, ended: nil,
                receivers: Array(repeating: TrackedPair.Entry(), count: policies.count))
        if alert.level == nil {
            pair.ended = pair.level == nil ? pair.ended ?? time : time
        } else if pair.level == nil || pair.incident != alert.incident {
            pair.began = time
            pair.ended = nil
        }
        for index in policies.indices {
            let wanted = policies[index].filter.lets(alert) ? alert.level : nil
            note(wanted, instead: pair.wanted(index), &pair.receivers[index], policies[index], at: time)
            pair.receivers[index].isWanted = wanted != nil
        }
        pair.json = alert.json
        pair.level = alert.level
        pair.incident = alert.incident
        pairs[key] = pair
        dirty.insert(key)
        for index in policies.indices { evaluate(key, index, at: time) }
        forgetIfSettled(key)
    }

    /// What a change of the wanted level means for a difference that waits already.
    private func note(
        _ wanted: AlertLevel?, instead old: AlertLevel?, _ entry: inout TrackedPair.Entry, _ policy: Policy,
        at time: Int64
    ) {
        guard wanted != old else { return }
        // The content is another.
        entry.refusedUntil = 0
        if old == nil { entry.wantedSince = time }
        guard let pending = entry.pending, pending.direction == .down else { return }
        if wanted == nil {
            // The end waits since the alert ended, and not since it became less urgent.
            entry.pending?.since = time
        } else if old == nil, time - pending.since > policy.resolveWaitMs, !entry.isUnderWay {
            // It was over for so long that this is another alert, though nobody could be told.
            entry.told?.over = pending.since
        }
    }

    /// A record of the state topic, at the start.
    ///
    /// - Returns: whether the record could be read.
    public mutating func restore(key: Data, partition: Int32, value: Data, at now: Int64) -> Bool {
        guard let record = PairRecord(value), let alert = try? Alert(message: record.alert) else { return false }
        var pair = TrackedPair(
            partition: partition, json: alert.json, level: alert.level, incident: alert.incident,
            began: record.header.began, ended: record.header.ended,
            receivers: Array(repeating: TrackedPair.Entry(), count: policies.count))
        pair.others = record.header.receivers
        for (index, policy) in policies.enumerated() {
            var entry = pair.others.removeValue(forKey: policy.name)
            // A clock that was wrong must not make anything wait for it.
            if let since = entry?.pending?.since { entry?.pending?.since = min(since, now) }
            if let at = entry?.told?.at { entry?.told?.at = min(at, now) }
            pair.receivers[index].told = entry?.told
            pair.receivers[index].pending = entry?.pending
            pair.receivers[index].isWanted = policy.filter.lets(alert)
        }
        pairs[key] = pair
        for index in policies.indices {
            if let thread = pair.receivers[index].told?.thread {
                queues[index].threads[thread, default: []].insert(key)
            }
            evaluate(key, index, at: min(now, pair.ended ?? pair.began))
        }
        forgetIfSettled(key)
        return true
    }

    // MARK: What goes out

    /// The records that changed since the last call; a nil value is a tombstone.
    public mutating func takeRecords() -> [(key: Data, partition: Int32, value: Data?)] {
        defer {
            dirty = []
            tombstones = [:]
        }
        return dirty.compactMap { key in
            guard let pair = pairs[key] else { return tombstones[key].map { (key, $0, nil) } }
            return (key, pair.partition, pair.record(policies)?.encoded())
        }
    }

    /// Takes back records that were not committed.
    mutating func putBack(_ records: [(key: Data, partition: Int32, value: Data?)]) {
        for (key, partition, _) in records {
            dirty.insert(key)
            if pairs[key] == nil { tombstones[key] = partition }
        }
    }

    var recordCount: Int { dirty.count }
    /// The partitions of pairs that were forgotten since `takeRecords`.
    private var tombstones: [Data: Int32] = [:]

    /// Compares what a receiver shows of a pair with what it is to show, and sets the timer for the difference.
    mutating func evaluate(_ key: Data, _ index: Int, at time: Int64) {
        guard var entry = pairs[key]?.receivers[index] else { return }
        // What is under way counts once it has arrived.
        let told = entry.isUnderWay ? entry.before : entry.told
        let direction = Pending.Direction(from: told, to: pairs[key]?.target(index, told))
        if entry.pending?.direction != direction {
            entry.pending = direction.map { Pending(direction: $0, since: time) }
            dirty.insert(key)
        }
        if let due = due(entry, index), entry.group == nil, !entry.isUnderWay, due != entry.timer {
            entry.timer = due
            queues[index].setTimer(key, due)
        }
        pairs[key]?.receivers[index] = entry
        if queues[index].timerCount > 2 * pairs.count + 10_000 { tidyTimers(index) }
    }

    /// Drops timers that do not hold any more.
    private mutating func tidyTimers(_ index: Int) {
        queues[index].setTimers(
            pairs.compactMap { key, pair in pair.receivers[index].timer.map { (key, $0) } })
    }

    /// When a pair is to be told; nil when there is nothing to tell.
    func due(_ entry: TrackedPair.Entry, _ index: Int) -> Int64? {
        let policy = policies[index]
        let due: Int64? =
            switch entry.pending?.direction {
            case .up: entry.pending.map { $0.since + policy.waitMs }
            case .down: entry.pending.map { $0.since + policy.resolveWaitMs }
            case nil:
                if let told = entry.told, told.level != nil, let repeatMs = policy.repeatMs {
                    told.at + repeatMs
                } else {
                    nil
                }
            }
        return due.map { max($0, entry.refusedUntil) }
    }

    mutating func markDirty(_ key: Data) { dirty.insert(key) }

    mutating func forgetIfSettled(_ key: Data) {
        guard let pair = pairs[key], pair.isSettled else { return }
        tombstones[key] = pair.partition
        for (index, entry) in pair.receivers.enumerated() {
            if let group = entry.group { queues[index].remove(key, from: group) }
        }
        pairs[key] = nil
        dirty.insert(key)
    }
}
