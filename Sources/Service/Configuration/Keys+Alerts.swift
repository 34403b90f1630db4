extension Keys {
    enum Alerts {
        static let topic = Key(
            "alerts.topic", .topic, default: "inventory-alerts", "The topic of alert changes.")
        static let emit = Key(
            "alerts.emit", Kind<Configuration.Alerts.Emit>.choice, default: "severity",
            """
            severity: a message when an alert's severity appears, changes or goes. row: also when any other
            column of its row changes.
            """)
        static let format = Key(
            "alerts.format", Kind<Configuration.Alerts.Format>.choice, default: "changes",
            """
            changes: a message for each change (RAISED, ESCALATED, EASED, UPDATED, RESOLVED). upsert: the
            row as it now stands, no value when it is gone; what stream databases and compacted topics take.
            """)
        static let stockLevelsTopic = Key(
            "outputs.stock_levels.topic", Kind.topic.orNull, default: "null",
            "The stock of every product and warehouse. Null: not published.")
        static let rollupTopic = Key(
            "outputs.rollup.topic", Kind.topic.orNull, default: "null",
            "Every product over all warehouses. Null: not published.")
        static let deadLettersTopic = Key(
            "dead_letters.topic", Kind.topic.orNull, default: "order-events-dlq",
            "Null: bad events are counted and logged instead.")
        static let replayedTopic = Key(
            "dead_letters.replayed_topic", Kind.topic.orNull, default: "null",
            """
            The compacted topic in which stockd dlq replay remembers what it put back. Null: the group id and
            "-replayed".
            """)
        static let all: [KeyEntry] = [
            topic.entry, emit.entry, format.entry, stockLevelsTopic.entry, rollupTopic.entry,
            deadLettersTopic.entry, replayedTopic.entry,
        ]
    }
}
