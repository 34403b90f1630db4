import Glibc
import Inventory
import Kafka

extension KafkaLog {
    /// An error outside a transaction: fatal, or a matter of time.
    func failure(_ error: KafkaError) -> LogFailure {
        if error.isFenced { return .fenced(error.description) }
        return error.isFatal ? .fatal(error.description) : .unavailable(error.description)
    }

    /// What the broker will not accept however often it is asked: only another setting helps.
    func refusal(of error: KafkaError) -> LogFailure? {
        let id = settings.producer.transactionalID ?? ""
        switch error.name {
        case "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED":
            return .misconfigured(
                "the broker does not let this user produce with the transactional id \(id): \(error). Allow "
                    + "Write and Describe on it (kafka-acls --transactional-id), or set "
                    + "kafka.transactional_id to one that is allowed.")
        case "INVALID_TRANSACTION_TIMEOUT":
            return .misconfigured(
                "the broker refuses kafka.transaction_timeout, found "
                    + "\(settings.producer.transactionTimeoutMs) ms: \(error). Set it to at most the broker's "
                    + "transaction.max.timeout.ms.")
        default: return nil
        }
    }

    private static func reason(_ error: KafkaError) -> LogFailure.AbortReason {
        switch error.name {
        case "MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE": .messageTooLarge
        case "INVALID_TIMESTAMP": .timestampRefused
        default: .other
        }
    }

    /// A transactional call's verdict in the worker's terms.
    func failure(_ failure: TransactionFailure) -> LogFailure {
        let error = failure.error
        switch failure {
        case .retriable: return .unavailable(error.description)
        case .abortable:
            return .mustAbort(error.description, reason: Self.reason(error))
        case .fenced: return .fenced(error.description)
        case .indefinite: return .indefinite(error.description)
        case .fatal:
            // The producer is beyond repair, the process is not: a new one settles what this one left.
            return error.isFenced ? .fenced(error.description) : .indefinite(error.description)
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}

/// Blocks the calling thread; a worker's thread is its own.
func sleepMs(_ milliseconds: Int64) { usleep(UInt32(clamping: milliseconds * 1_000)) }
