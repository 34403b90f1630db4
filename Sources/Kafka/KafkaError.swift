/// An error of librdkafka or a broker, with what the rules of transactions need to know.
public struct KafkaError: Error, Sendable, Equatable {
    /// librdkafka's code: negative for the client's own errors, positive for a broker's.
    public let code: Int32
    /// The code's symbolic name without its prefix, such as `_TIMED_OUT` or `PRODUCER_FENCED`.
    public let name: String
    /// A sentence for people.
    public internal(set) var message: String
    /// The client instance is unusable and must be replaced.
    public let isFatal: Bool
    /// The same call may be made again.
    public let isRetriable: Bool
    /// The open transaction has to be aborted before anything else.
    public let requiresAbort: Bool
    /// Another instance with the same transactional id (or group instance id) has taken over.
    public let isFenced: Bool

    /// The time-out passed: for a commit or an abort this means that the outcome is unknown.
    public var isTimedOut: Bool { Self.timeOutNames.contains(name) }

    /// Repeating the call does not help: only an operator can. An error that is not listed, such as one of a later
    /// Kafka, may pass by itself.
    public var isRefusal: Bool { Self.refusals.contains(name) }

    private static let refusals: Set<String> = [
        "TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED",
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
        "SASL_AUTHENTICATION_FAILED", "_AUTHENTICATION", "UNSUPPORTED_SASL_MECHANISM",
        "ILLEGAL_SASL_STATE", "SECURITY_DISABLED", "POLICY_VIOLATION", "INVALID_CONFIG", "INVALID_PARTITIONS",
        "INVALID_REQUEST", "UNSUPPORTED_VERSION", "TOPIC_EXCEPTION", "_INVALID_ARG", "_UNSUPPORTED_FEATURE",
        "_NOT_IMPLEMENTED", "_FATAL",
    ]

    /// The same error with another message.
    func with(message: String) -> KafkaError {
        var copy = self
        copy.message = message
        return copy
    }

    private static let timeOutNames: Set<String> = ["_TIMED_OUT", "_TIMED_OUT_QUEUE", "REQUEST_TIMED_OUT"]
}

extension KafkaError: CustomStringConvertible {
    public var description: String { "\(message) (\(name))" }
}
