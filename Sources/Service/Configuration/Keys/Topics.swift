extension Configuration {
    public struct Topics: Equatable, Sendable {
        public var create: Bool
        public var partitions: Int
        /// -1: the broker's own setting.
        public var replicationFactor: Int
        public var alertsCleanupPolicy: CleanupPolicy
        /// Nil: the broker's own setting.
        public var alertsRetention: Duration?
        /// Nil: for ever.
        public var deadLettersRetention: Duration?

        public enum CleanupPolicy: String, Sendable, CaseIterable {
            case auto
            case delete
            case compact
            case compactDelete = "compact_delete"
        }

        init(_ read: inout Reading) {
            let retention = Kind.duration(.seconds(60) ... .seconds(3650 * 86_400)).orNull
            read.section(
                "topics",
                "How missing topics are created. Existing topics are never altered.")
            create = read(
                "topics.create", .boolean, default: "true",
                "Create missing topics. false: report them and stop.")
            partitions = read(
                "topics.partitions", .integer(1...10_000), default: "6",
                "Partitions of a created topic. The state topic always gets as many as the input topic has.")
            replicationFactor = read(
                "topics.replication_factor", .replicas, default: "-1",
                "Copies of each partition. -1: the broker's default.replication.factor. Use 3 in production."
            )
            alertsCleanupPolicy = read(
                "topics.alerts.cleanup_policy", .choice, default: "auto",
                """
                auto: compact when alerts.format is upsert, else delete, because compaction keeps only the last
                change of each alert. The stock, rollup and state topics are always compacted.
                """)
            alertsRetention = read(
                "topics.alerts.retention", retention, default: "null",
                "How long alert changes are kept where the policy deletes. Null: the broker's log.retention.ms."
            )
            deadLettersRetention = read(
                "topics.dead_letters.retention", retention, default: "null",
                """
                How long dead letters are kept, counted from the rejected message's timestamp, which they
                keep: with a limit shorter than the input's history Kafka deletes some at once. Null: for
                ever.
                """)
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

    /// Every topic that the daemon uses, with the key that names it.
    public var topicNames: [(key: String, topic: String)] {
        let names: [(String, String?)] = [
            ("input.topic", input.topic), ("alerts.topic", alerts.topic),
            ("outputs.stock_levels.topic", outputs.stockLevelsTopic),
            ("outputs.rollup.topic", outputs.rollupTopic),
            ("dead_letters.topic", deadLetters.topic), ("state.topic", stateTopic),
            ("reference.products.topic", reference.products.topic?.name),
            ("reference.warehouses.topic", reference.warehouses.topic?.name),
            ("reference.thresholds.topic", reference.thresholds?.topic?.name),
        ]
        return names.compactMap { key, topic in topic.map { (key, $0) } }
    }
}
