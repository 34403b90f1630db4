extension Keys {
    enum Topics {
        private static let retention = Kind.duration(.seconds(60) ... .seconds(3650 * 86_400)).orNull

        static let create = Key(
            "topics.create", .boolean, default: "true",
            "Create what is missing. false: report it and stop.")
        static let partitions = Key(
            "topics.partitions", .integer(1...10_000), default: "6",
            """
            Partitions of a created topic. The state topic always gets as many as the input topic has.
            """)
        static let replicationFactor = Key(
            "topics.replication_factor", .replicas, default: "-1",
            """
            Copies of each partition. -1: the broker's default.replication.factor. Have 3 in production.
            """)
        static let alertsCleanupPolicy = Key(
            "topics.alerts.cleanup_policy", Kind<Configuration.Topics.CleanupPolicy>.choice, default: "auto",
            """
            auto: compact when alerts.format is upsert, else delete, because compaction keeps only the last
            change of each alert. The stock, rollup and state topics are always compacted.
            """)
        static let alertsRetention = Key(
            "topics.alerts.retention", retention, default: "null",
            "How long alert changes are kept where the policy deletes. Null: the broker's log.retention.ms.")
        static let deadLettersRetention = Key(
            "topics.dead_letters.retention", retention, default: "null",
            """
            How long dead letters wait for someone to look at them, counted from the refused message's own
            time, which they keep: a limit shorter than the input's history drops some at once. Null: for ever.
            """)
        static let all: [KeyEntry] = [
            create.entry, partitions.entry, replicationFactor.entry, alertsCleanupPolicy.entry,
            alertsRetention.entry, deadLettersRetention.entry,
        ]
    }
}
