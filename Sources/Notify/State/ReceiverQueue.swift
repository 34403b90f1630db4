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
    private struct Group {
        /// When the first of them was due.
        var since: Int64
        /// In the order in which they came; those that are no members any more are passed over.
        var order: Deque<Data> = []
        var members: Set<Data> = []
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
    /// Failures one after the other, and refusals of content.
    var failures = 0
    var refusals = 0
    var lastSent: Int64
    /// The most pairs of one notification for now; smaller while one of them is refused.
    var limit: Int

    /// The pairs whose notifications refer to one of the receiver's messages.
    var threads: [String: Set<Data>] = [:]

    init(limit: Int, lastSent: Int64) {
        self.limit = limit
        self.lastSent = lastSent
    }

    mutating func setTimer(_ key: Data, _ due: Int64) { timers.insert(Timer(due: due, key: key)) }

    var timerCount: Int { timers.count }

    /// Replaces all timers.
    mutating func setTimers(_ all: some Sequence<(key: Data, due: Int64)>) {
        timers = Heap(all.map { Timer(due: $0.due, key: $0.key) })
    }

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
        guard groups[name]?.members.insert(key).inserted == true else { return }
        groups[name]?.order.append(key)
        readyCount += 1
    }

    /// Takes a pair out of its group.
    mutating func remove(_ key: Data, from name: String) {
        guard groups[name]?.members.remove(key) != nil else { return }
        readyCount -= 1
        if groups[name]?.members.isEmpty == true { groups[name] = nil }
        while let first = order.first, groups[first] == nil { order.removeFirst() }
    }

    /// When the oldest group began.
    var oldest: Int64? { order.first.flatMap { groups[$0]?.since } }

    /// Takes the next pair of the oldest group.
    mutating func takeFirst() -> Data? {
        while let name = order.first {
            while let key = groups[name]?.order.popFirst() {
                guard groups[name]?.members.contains(key) == true else { continue }
                remove(key, from: name)
                return key
            }
            groups[name] = nil
            order.removeFirst()
        }
        return nil
    }

    /// The oldest group.
    var oldestName: String? { order.first }
}
