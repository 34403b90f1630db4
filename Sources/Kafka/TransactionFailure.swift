/// Why a transactional call did not succeed, sorted by what the caller has to do next.
public enum TransactionFailure: Error, Sendable, Equatable {
    /// Nothing is decided: make the same call again.
    case retriable(KafkaError)
    /// The transaction must be aborted; the producer itself is sound.
    case abortable(KafkaError)
    /// A newer producer with the same transactional id has taken over: drop the state and rejoin.
    case fenced(KafkaError)
    /// The producer is beyond repair; neither commit nor abort is possible on it.
    case fatal(KafkaError)
    /// A commit or abort whose outcome is unknown: destroy the producer, make a new one with the same transactional
    /// id, initialise it (which decides the outcome) and read the committed offsets.
    case unknownOutcome(KafkaError)

    /// The error behind the verdict.
    public var error: KafkaError {
        switch self {
        case .retriable(let error), .abortable(let error), .fenced(let error), .fatal(let error),
            .unknownOutcome(let error):
            error
        }
    }
}
