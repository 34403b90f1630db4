import Logging
import Synchronization

/// What one receiver was told since the start, and what waits.
public struct ReceiverCounts: Sendable, Equatable {
    public var name: String
    /// Notifications that the receiver took, and the pairs in them.
    public var notifications = 0
    public var items = 0
    /// Attempts that failed, by the class of failure.
    public var failures: [Failure.Class: Int] = [:]
    /// Alerts that the receiver shows.
    public var standing = 0
    /// Pairs that the receiver is still to be told of, now or later.
    public var waiting = 0
    /// Pairs whose time has come, but whose notification was not taken yet.
    public var due = 0
    /// Since when the first of those waits, in milliseconds since the epoch; nil when there is none.
    public var dueSince: Int64?
    /// Turns in which a notification waited for the rate alone.
    public var rateLimited = 0
    /// The last failure; nil after a success.
    public var lastFailure: String?

    public init(name: String) { self.name = name }
}

/// What the notifier did since its start.
public struct NotifyCounts: Sendable, Equatable {
    public var receivers: [ReceiverCounts]
    /// Messages of the alert topic that were applied.
    public var changes = 0
    /// Messages that are no changes of alerts.
    public var skipped = 0
    public var partitions: [Int32] = []
    /// It has read what there was when the partitions were assigned.
    public var isCaughtUp = false
    /// The group has assigned partitions, or none.
    public var isMember = false
    /// Why the last step failed; nil after one that worked.
    public var trouble: String?
    public var transactions = 0
    /// Pairs in memory.
    public var pairs = 0
}

/// Counts for metrics and `status`, from the worker's thread to any other.
public final class NotifyTelemetry: Sendable {
    private let state: Mutex<NotifyCounts>

    public init(receivers: [String]) {
        state = Mutex(NotifyCounts(receivers: receivers.map { ReceiverCounts(name: $0) }))
    }

    public var counts: NotifyCounts { state.withLock { $0 } }

    func change(_ change: (inout NotifyCounts) -> Void) { state.withLock { change(&$0) } }

    /// Counts an answer, and logs the first of several failures and the success after them.
    func note(
        _ outcome: Outcome, _ job: ReceiverThread.Job, _ index: Int, _ name: String, _ logger: Logger
    ) {
        let failure = outcome.failure
        let before = state.withLock { counts in
            defer { counts.receivers[index].note(failure, job) }
            return counts.receivers[index].lastFailure
        }
        if let failure, before == nil {
            logger.warning("\(name) was not told, trying again: \(failure.message)", metadata: ["receiver": "\(name)"])
        } else if failure == nil, before != nil {
            logger.notice("\(name) is told again", metadata: ["receiver": "\(name)"])
        }
    }
}

extension ReceiverCounts {
    fileprivate mutating func note(_ failure: Failure?, _ job: ReceiverThread.Job) {
        if let failure {
            failures[failure.kind, default: 0] += 1
            lastFailure = failure.message
            return
        }
        lastFailure = nil
        if case .send(let notification) = job {
            notifications += 1
            items += notification.items.count
        }
    }
}
