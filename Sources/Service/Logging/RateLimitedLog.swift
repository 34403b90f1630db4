internal import Synchronization

/// Lets one line of a kind through at once and then one an interval, with the number of those held back.
///
/// For events that can come in floods, such as messages that cannot be decoded: the counter counts each,
/// the log names some. Needs nothing but the standard library, so it may move to the module that wants it.
public final class RateLimitedLog: Sendable {
    private struct Kind {
        var last: ContinuousClock.Instant
        var heldBack = 0
    }

    private let interval: Duration
    /// Kinds told apart. What lies beyond shares one, so that kinds made from input cannot fill the memory.
    private let limit: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let kinds = Mutex<[String: Kind]>([:])

    public init(
        every interval: Duration = .seconds(10), limit: Int = 256,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.interval = interval
        self.limit = limit
        self.now = now
    }

    /// Calls `emit`, or does not.
    ///
    /// - Parameters:
    ///   - kind: What is limited by itself: a reason, a partition.
    ///   - emit: Logs the line; gets how many of the kind were held back since the last one.
    public func callAsFunction(_ kind: String, _ emit: (_ heldBack: Int) -> Void) {
        let now = self.now()
        let heldBack: Int? = kinds.withLock { kinds in
            let kind = kinds[kind] != nil || kinds.count < limit ? kind : ""
            guard var state = kinds[kind] else {
                kinds[kind] = Kind(last: now)
                return 0
            }
            guard state.last.duration(to: now) >= interval else {
                state.heldBack += 1
                kinds[kind] = state
                return nil
            }
            kinds[kind] = Kind(last: now)
            return state.heldBack
        }
        if let heldBack { emit(heldBack) }
    }
}

/// Lets the first of each key through, `UNKNOWN_TYPE` for one, and no other.
public final class OncePerKeyLog: Sendable {
    /// Keys remembered; keys beyond are not logged, so that hostile input cannot fill the memory or the log.
    private let limit: Int
    private let keys = Mutex<Set<String>>([])

    public init(limit: Int = 1024) {
        self.limit = limit
    }

    /// Calls `emit` the first time it sees the key. `isLast` is true when no further key will be logged,
    /// which the line should then say.
    public func callAsFunction(_ key: String, _ emit: (_ isLast: Bool) -> Void) {
        let count: Int? = keys.withLock { keys in
            guard keys.count < limit, keys.insert(key).inserted else { return nil }
            return keys.count
        }
        if let count { emit(count == limit) }
    }
}
