extension ProducerSettings {
    /// Why the brokers will never accept this producer, and what helps; nil for any other error.
    public func refusal(of error: KafkaError) -> String? {
        switch error.name {
        case "_UNSUPPORTED_FEATURE", "UNSUPPORTED_VERSION":
            "the brokers do not support transactions: \(error). stockd publishes exactly once and cannot "
                + "work without them. Use Apache Kafka 0.11 or later."
        case "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED":
            "the broker does not let this user produce with the transactional id \(transactionalID ?? ""): \(error). "
                + "Allow Write and Describe on it (kafka-acls --transactional-id), or set kafka.transactional_id "
                + "to one that is allowed."
        case "INVALID_TRANSACTION_TIMEOUT":
            "the broker refuses kafka.transaction_timeout, found \(transactionTimeoutMs) ms: \(error). Set it to "
                + "at most the broker's transaction.max.timeout.ms."
        default: nil
        }
    }
}
