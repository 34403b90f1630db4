internal import DequeModule
internal import Foundation
internal import HeapModule

/// What waits for one receiver, and how the receiver fares.
struct ReceiverQueue {
    /// A pair at the time when it is to be told. It counts only if the pair is still due then.
    private struct Timer: Comparable {
        var due: Int64
        var key: Data

        static func < (a: Self, b: Self) -> Bool { a.due < b.due }
        static func == (a: Self, b: Self) -> Bool { a.due == b.due }
    }

    /// Pairs that are told together.
    struct Group {
        /// When the first of them was due.
        var since: Int64
        var keys: [Data] = []
    }

    private var timers = Heap<Timer>()
    private var groups: [String: Group] = [:]
    /// The pairs in all groups.
    private(set) var readyCount = 0
    /// Notifications that waited for the rate alone.
    var rateLimited = 0
    /// The groups' names in the order in which they began.
    private var order: Deque<String> = []
    /// The pairs of the notification whose answer is waited for.
    var underWay: [Data]?
    /// Everything that is due goes out as one: the receiver was away, or too much waits.
    var isBehind = true
    /// No notification before this.
    var notBefore: Int64 = 0
    /// Failures one after the other.
    var failures = 0
    var lastSent: Int64
    /// The most pairs of one notification for now; smaller while one of them is refused.
    var limit: Int
    var lastFailure: (failure: Failure, at: Int64)?

    /// The pairs whose notifications refer to one of the receiver's messages.
    var threads: [String: Set<Data>] = [:]

    init(limit: Int, lastSent: Int64) {
        self.limit = limit
        self.lastSent = lastSent
    }

    mutating func setTimer(_ key: Data, _ due: Int64) { timers.insert(Timer(due: due, key: key)) }

    /// The earliest time at which a pair may be due.
    var nextTimer: Int64? { timers.min?.due }

    /// A pair whose time has come.
    mutating func popTimer(at now: Int64) -> (key: Data, due: Int64)? {
        guard let first = timers.min, first.due <= now else { return nil }
        timers.removeMin()
        return (first.key, first.due)
    }

    /// Puts a pair whose time has come into its group.
    mutating func add(_ key: Data, to name: String, at now: Int64) {
        if groups[name] == nil {
            groups[name] = Group(since: now)
            order.append(name)
        }
        groups[name]?.keys.append(key)
        readyCount += 1
    }

    var isEmpty: Bool { order.isEmpty }

    /// When the oldest group began.
    var oldest: Int64? { order.first.flatMap { groups[$0]?.since } }

    /// Takes pairs of the oldest group.
    mutating func take(atMost count: Int) -> [Data] {
        guard let name = order.first, var group = groups[name] else { return [] }
        let taken = Array(group.keys.prefix(count))
        group.keys.removeFirst(taken.count)
        readyCount -= taken.count
        if group.keys.isEmpty {
            groups[name] = nil
            order.removeFirst()
        } else {
            groups[name] = group
        }
        return taken
    }
}
