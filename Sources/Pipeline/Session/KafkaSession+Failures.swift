import Inventory
internal import Kafka

extension KafkaSession {
    /// An error outside a transaction: fatal, or a matter of time.
    func failure(_ error: KafkaError) -> SessionFailure {
        if error.isFenced { return .fenced(error.description) }
        return error.isFatal ? .fatal(error.description) : .unavailable(error.description)
    }

    private static func reason(_ error: KafkaError) -> SessionFailure.AbortReason {
        switch error.name {
        case "MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE": .messageTooLarge
        case "INVALID_TIMESTAMP": .timestampRefused
        default: .other
        }
    }

    /// The failure of a transactional call in the worker's terms.
    func failure(_ failure: TransactionFailure) -> SessionFailure {
        let error = failure.error
        switch failure {
        case .retriable: return .unavailable(error.description)
        case .abortable: return .mustAbort(error.description, reason: Self.reason(error))
        case .fenced: return .fenced(error.description)
        case .unknownOutcome: return .unknownOutcome(error.description)
        case .fatal:
            // The producer is beyond repair, the process is not: a new producer ends what this one left open.
            return error.isFenced ? .fenced(error.description) : .unknownOutcome(error.description)
        }
    }
}
