extension Configuration {
    public struct Topics: Equatable, Sendable {
        public var create: Bool
        public var partitions: Int
        /// -1: the broker's own setting.
        public var replicationFactor: Int
        public var alertsCleanupPolicy: CleanupPolicy
        /// Nil: the broker's own setting.
        public var alertsRetention: Duration?
        /// Nil: the broker's own setting.
        public var deadLettersRetention: Duration?

        init(_ read: inout Reading) {
            create = read(Keys.Topics.create)
            partitions = read(Keys.Topics.partitions)
            replicationFactor = read(Keys.Topics.replicationFactor)
            alertsCleanupPolicy = read(Keys.Topics.alertsCleanupPolicy)
            alertsRetention = read(Keys.Topics.alertsRetention)
            deadLettersRetention = read(Keys.Topics.deadLettersRetention)
        }

        public enum CleanupPolicy: String, Sendable, CaseIterable {
            case auto
            case delete
            case compact
            case compactDelete = "compact_delete"
        }
    }

    /// The alert topic's `cleanup.policy` as Kafka writes it.
    public var alertsCleanupPolicy: String {
        switch topics.alertsCleanupPolicy {
        case .auto: alerts.format == .upsert ? "compact" : "delete"
        case .compactDelete: "compact,delete"
        case let policy: policy.rawValue
        }
    }

    /// Every topic that has a part to play, with the key that names it.
    public var topicNames: [(key: String, topic: String)] {
        var names: [(String, String?)] = [
            ("input.topic", input.topic), ("alerts.topic", alerts.topic),
            ("outputs.stock_levels.topic", outputs.stockLevelsTopic),
            ("outputs.rollup.topic", outputs.rollupTopic),
            ("dead_letters.topic", deadLetters.topic), ("state.topic", stateTopic),
        ]
        if case .topic(let topic) = reference.products { names.append(("reference.products.topic", topic)) }
        if case .topic(let topic) = reference.warehouses {
            names.append(("reference.warehouses.topic", topic))
        }
        return names.compactMap { key, topic in topic.map { (key, $0) } }
    }
}
