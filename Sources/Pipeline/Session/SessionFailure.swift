public import Inventory

/// Why a call of the session failed, in the terms that decide what to do next.
public enum SessionFailure: Error, Equatable, Sendable {
    /// Nothing happened; the same call may work later.
    case unavailable(String)
    /// The open transaction cannot commit; abort it and do its work again.
    case mustAbort(String, reason: AbortReason = .other)
    /// Nobody can say whether the transaction committed.
    case unknownOutcome(String)
    /// Another producer with the transactional id, or a newer generation of the group, has taken over.
    case fenced(String)
    /// The state must be read again: the input topic was gone for a moment and may be another log, or other members
    /// went on with the partitions.
    case outdated(String)
    /// The log does not hold the offset that was asked for.
    case offsetOutOfRange(Partition, String)
    /// Kafka's content does not fit the configuration; only an operator can decide.
    case misconfigured(String)
    /// This process cannot go on.
    case fatal(String)

    /// Why a transaction cannot commit, where the remedy depends on it.
    public enum AbortReason: Equatable, Sendable {
        case other
        /// A message is larger than its topic takes.
        case messageTooLarge
        /// A message's timestamp is further from the broker's time than its topic takes.
        case timestampRefused
    }

    /// The sentence to log.
    public var message: String {
        switch self {
        case .unavailable(let text), .mustAbort(let text, _), .unknownOutcome(let text), .fenced(let text),
            .outdated(let text), .offsetOutOfRange(_, let text), .misconfigured(let text), .fatal(let text):
            text
        }
    }
}

extension SessionFailure {
    /// The worker cannot remedy it.
    var isFinal: Bool {
        switch self {
        case .offsetOutOfRange, .misconfigured, .fatal: true
        default: false
        }
    }
}
