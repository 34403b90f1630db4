public import Foundation
public import Inventory

/// What a receiver is told at once: one change of one pair, or several as a group or a digest.
public struct Notification: Sendable, Equatable {
    /// One change of what the receiver knows of a pair.
    public struct Item: Sendable, Equatable {
        public enum Change: String, Sendable, CaseIterable {
            /// An alert that the receiver was not told of.
            case began
            /// More urgent than the receiver was told.
            case escalated
            /// Less urgent than the receiver was told.
            case eased
            /// The alert that the receiver was told of is over.
            case ended
            /// It still stands, as the receiver was told.
            case reminder
        }

        public var change: Change
        /// Names what began and ends together: the same in every notification of it, also when one is sent again. At
        /// most 255 bytes of printable ASCII without white space.
        public var deduplicationKey: String
        /// The newest message of the pair. Its `level` is nil when the alert is over.
        public var alert: Alert
        /// The level that the receiver was told before; nil when it was told of none.
        public var previousLevel: AlertLevel?
        /// When the alert began, or what the receiver was told began, by the message's timestamp.
        public var began: Date
        /// When the alert ended; nil while it stands.
        public var ended: Date?
        /// What the receiver's first answer of this alert gave to refer to it (`Outcome.taken`): Slack's `ts`, a
        /// mail's Message-ID.
        public var thread: String?

        public init(
            change: Change, deduplicationKey: String, alert: Alert, previousLevel: AlertLevel? = nil, began: Date,
            ended: Date? = nil, thread: String? = nil
        ) {
            self.change = change
            self.deduplicationKey = deduplicationKey
            self.alert = alert
            self.previousLevel = previousLevel
            self.began = began
            self.ended = ended
            self.thread = thread
        }
    }

    /// The same when the same content is sent again; printable ASCII without white space.
    public var id: String
    /// Never empty: those that stand before those that are over, the most urgent first.
    public var items: [Item]
    /// Other pairs that share a `thread` with one of the items, for a message that shows all of them.
    public var others: [Item]
    /// When it was put together.
    public var time: Date

    public init(id: String, items: [Item], others: [Item] = [], time: Date) {
        self.id = id
        self.items = items
        self.others = others
        self.time = time
    }
}

/// What became of a notification.
public enum Outcome: Sendable, Equatable {
    /// The receiver has it. `thread` is what later notifications of the same alerts refer to; nil when there is none.
    case taken(thread: String?)
    /// It may have it or not, and will take it another time: no answer, a server's error, too many requests.
    ///
    /// - Parameter after: how long the receiver asked to wait; nil when it did not say.
    case again(Failure, after: Duration?)
    /// It does not take this content, and would not take it again. Others may pass.
    case refused(Failure)
    /// It takes nothing as it is configured: a wrong address, token or key, or it is gone for good.
    case misconfigured(Failure)
}

extension Outcome {
    /// Nil when it was taken.
    var failure: Failure? {
        switch self {
        case .taken: nil
        case .again(let failure, _), .refused(let failure), .misconfigured(let failure): failure
        }
    }
}

/// Why a notification did not arrive.
public struct Failure: Error, Sendable, Equatable {
    /// A stable word for metrics.
    public enum Class: String, Sendable, CaseIterable {
        /// No connection: the name, the port, TLS. The receiver has nothing of it.
        case connection
        /// The connection ended before the answer. The receiver may have it.
        case interrupted
        /// No answer in time.
        case timeout
        case rateLimited = "rate_limited"
        /// The receiver's own error.
        case server
        /// The content was refused.
        case refused
        /// The address, the token or the key was refused.
        case configuration
    }

    public var kind: Class
    /// A sentence for people, without secrets: what was tried, what came back, what would be right.
    public var message: String

    public init(_ kind: Class, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// A place where people look, or a service that wakes them.
///
/// One thread calls it, one call at a time.
public protocol Receiver: AnyObject, Sendable {
    /// The most items of one notification; more come in several.
    var mostItems: Int { get }
    /// Sends a notification and waits for the answer, at most as long as the receiver's time-out says.
    func send(_ notification: Notification) -> Outcome
    /// Makes a send that is under way end soon. May be called from any thread.
    func cancel()
    /// What stands for a receiver that forgets (Alertmanager) and is sent again every `refreshEvery`; nil for others.
    var refreshEvery: Duration? { get }
    /// Sends again what stands.
    func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome
}
