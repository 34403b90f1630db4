public import Foundation

/// What the state topic says of the receivers, for `stockd notify list`.
public struct NotifySummary {
    /// One receiver.
    public struct Receiver: Sendable, Equatable {
        public var name: String
        /// Alerts that it shows, and how many of them of each level.
        public var standing = 0
        public var levels: [String: Int] = [:]
        /// Pairs that it is still to be told of.
        public var waiting = 0
        /// Since when the oldest of these waits, and when it was told last, in milliseconds since the epoch.
        public var waitingSince: Int64?
        public var toldAt: Int64?
        /// The last failure and when it was; nil after a success.
        public var failure: String?
        public var failedAt: Int64?
    }

    private var pairs: [Data: Data] = [:]
    private var failures: [String: [Int32: FailureRecords.Value]] = [:]

    public init() {}

    /// A record, in the order of its partition; a nil value is a tombstone.
    ///
    /// - Returns: whether it could be read.
    public mutating func add(key: Data, partition: Int32, value: Data?) -> Bool {
        if let receiver = FailureRecords.receiver(key) {
            failures[receiver, default: [:]][partition] = value.flatMap {
                try? JSONDecoder().decode(FailureRecords.Value.self, from: $0)
            }
            return true
        }
        pairs[key] = value
        return value.map { PairRecord($0) != nil } ?? true
    }

    /// The receivers of these names and those that only the topic knows.
    public func receivers(_ names: [String]) -> [Receiver] {
        var found: [String: Receiver] = [:]
        for value in pairs.values {
            for (name, entry) in PairRecord(value)?.header.receivers ?? [:] {
                var receiver = found[name] ?? Receiver(name: name)
                if let told = entry.told, let level = told.acknowledged {
                    receiver.standing += 1
                    receiver.levels[level.name, default: 0] += 1
                    receiver.toldAt = max(receiver.toldAt ?? 0, told.at)
                }
                if let pending = entry.pending {
                    receiver.waiting += 1
                    receiver.waitingSince = min(receiver.waitingSince ?? .max, pending.since)
                }
                found[name] = receiver
            }
        }
        for (name, values) in failures {
            guard let last = values.values.max(by: { $0.at < $1.at }) else { continue }
            found[name, default: Receiver(name: name)].failure = last.failure
            found[name]?.failedAt = last.at
        }
        let others = found.keys.filter { !names.contains($0) }.sorted()
        return (names + others).map { found[$0] ?? Receiver(name: $0) }
    }
}
