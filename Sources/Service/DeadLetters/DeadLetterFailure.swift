import Kafka

/// Why the dead letters cannot be read or put back, and with which exit code that ends.
public struct DeadLetterFailure: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// What was asked for is not there (exit 65).
        case data
        /// Kafka does not answer, or not in time (exit 69).
        case unavailable
        /// The configuration or the topics are not fit (exit 78).
        case configuration
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    init(_ error: KafkaError, _ what: String) {
        let isRefusal = !error.isRetriable && !error.name.hasPrefix("_") && !error.isFenced
        self.init(isRefusal ? .configuration : .unavailable, "\(what): \(error)")
    }
}

/// Runs a call of the Kafka module and says what it was for when it fails.
func forKafka<T>(_ what: String, _ body: () throws(KafkaError) -> T) throws(DeadLetterFailure) -> T {
    do throws(KafkaError) {
        return try body()
    } catch {
        throw DeadLetterFailure(error, what)
    }
}
