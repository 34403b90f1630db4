import Kafka
import Logging
import Pipeline

/// Tolerates what keeps the daemon from starting and may pass by itself, until `kafka.broker_deadline` or for ever.
/// It logs when the obstacle changes.
struct BrokerWait {
    private let brokers: String
    private let deadline: Duration?
    private let logger: Logger
    private let start = ContinuousClock.now
    /// What is waited for, for systemd's status.
    private(set) var reason = ""
    /// The kind of obstacle that was last logged.
    private var said: String?

    init(_ configuration: Configuration, _ logger: Logger) {
        brokers = configuration.kafka.bootstrapServers
        deadline = configuration.kafka.brokerDeadline
        self.logger = logger
    }

    /// - Throws: when the error never passes by itself, or the deadline has passed.
    mutating func bear(_ error: KafkaError) throws(StopReason) {
        if error.isRefusal { throw StopReason(.configuration, error.description) }
        let isSilence = error.name.hasPrefix("_")
        try bear(
            isSilence ? "no broker yet at \(brokers): \(error)" : "Kafka is not ready yet: \(error)",
            // Ports in the message and the code differ from one try to the next.
            kind: isSilence ? error.message.filter { !$0.isNumber } : error.name)
    }

    /// - Parameter reason: a sentence that says what is waited for.
    mutating func bear(_ reason: String) throws(StopReason) { try bear(reason, kind: reason) }

    private mutating func bear(_ reason: String, kind: String) throws(StopReason) {
        if let deadline, ContinuousClock.now - start > deadline {
            throw StopReason(.unavailable, "kafka.broker_deadline, \(deadline), has passed: \(reason)")
        }
        self.reason = reason
        guard said != kind else { return }
        said = kind
        logger.warning("\(reason). Trying again until it works.")
    }

    /// Logs that the wait is over, if it was logged.
    func end() { if said != nil { logger.notice("Kafka is reachable and ready") } }
}
