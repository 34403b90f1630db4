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
    /// What was read may not hold any more: the input topic was not there for a moment and may be another log, or
    /// others went on with the partitions. The state is to be read again.
    case outdated(String)
    /// The log does not hold the offset that was asked for.
    case offsetOutOfRange(Partition, String)
    /// What was found in Kafka does not fit the configuration; only an operator can say what is meant.
    case misconfigured(String)
    /// This process cannot go on.
    case fatal(String)

    /// What made a transaction impossible to commit, where the answer depends on it.
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
    /// Nothing the worker could do would help.
    var isFinal: Bool {
        switch self {
        case .offsetOutOfRange, .misconfigured, .fatal: true
        default: false
        }
    }
}
