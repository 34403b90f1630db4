public import Kafka
import Pipeline

/// Tries whether the brokers have transactions. It uses a transactional id of its own, since a daemon's would fence
/// the daemon.
public enum TransactionTrial {
    public enum Outcome: Equatable, Sendable {
        case works
        /// Only an operator can put it right.
        case refused(String)
        /// The trial itself was not allowed, which says nothing of the daemon's own id.
        case untried(String)
    }

    /// - Throws: when the brokers do not answer in time.
    public static func run(_ configuration: Configuration, _ client: ClientSettings) throws(KafkaError)
        -> Outcome
    {
        let settings = configuration.producerSettings("check")
        let producer = try TransactionalProducer(client, settings, name: "check")
        defer { producer.close(deadlineMs: 2_000) }
        do throws(TransactionFailure) {
            try producer.initTransactions(deadlineMs: 10_000)
            return .works
        } catch {
            let error = error.error
            if error.name == "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" {
                return .untried(
                    "transactions were not tried, because this user may not use the transactional id "
                        + "\(settings.transactionalID ?? ""). The daemon needs Write and Describe on "
                        + configuration.kafka.transactionalID("0"))
            }
            guard let refusal = settings.refusal(of: error) else { throw error }
            return .refused(refusal)
        }
    }
}
