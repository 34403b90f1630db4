extension Keys {
    enum Input {
        static let topic = Key(
            "input.topic", .topic, default: "order-events", "The topic of order events.")
        static let start = Key(
            "input.start", .start, default: "earliest",
            """
            Where to begin in a partition the group has no committed offset for: earliest, latest, or the
            first message at or after an instant. Stock begins at nothing wherever this is.
            """)
        static let keyedBy = Key(
            "input.keyed_by", Kind<Configuration.Input.Keying>.choice, default: "none",
            """
            product: each product's events are all in one partition (the producer's message key is the
            product), so any number of workers and machines may share the topic. none: they may be anywhere,
            and one worker owns all partitions.
            """)
        static let onTruncate = Key(
            "input.on_truncate", Kind<Configuration.Input.OnTruncate>.choice, default: "refuse",
            """
            When the database's events table is truncated (Debezium tells only with skipped.operations: none).
            refuse: to the dead letters, the stock stays. apply: all events are taken back.
            """)
        static let delivery = Key(
            "delivery", Kind<Configuration.Delivery>.choice, default: "exactly_once",
            """
            exactly_once: offsets, alert changes, dead letters and state commit in one Kafka transaction.
            at_least_once: for brokers without transactions; after a crash the last changes may repeat.
            """)
        static let workers = Key(
            "workers", .integer(1...64), default: "1",
            """
            Workers in this process, each a thread with a consumer and a producer. More than 1 needs
            input.keyed_by: product.
            """)
        static let all: [KeyEntry] =
            [topic.entry, start.entry, keyedBy.entry] + Format.input.all + [
                onTruncate.entry, delivery.entry, workers.entry,
            ]
    }

    enum Events {
        static let types = Key(
            "events.types", .signs, default: "RECEIVED=+1,RETURNED=+1,SHIPPED=-1",
            """
            What each event_type does to stock: +1 adds the quantity, -1 takes it away, 0 leaves it. Names
            match exactly. A table given here replaces the default one whole.
            """)
        static let unknownType = Key(
            "events.unknown_type", Kind<Configuration.Events.UnknownType>.choice, default: "ignore",
            """
            An event whose type is not in the table: ignore counts it as an event that moves 0 units,
            dead_letter sends it to dead_letters.topic.
            """)
        static let dedupeWindow = Key(
            "events.dedupe_window", .integer(0...(1 << 32)), default: "16777216",
            """
            Duplicates are recognised this many event ids below the highest one seen in the partition. Costs
            up to one bit an id and partition: 2 MiB for the default. 0 turns the recognition off.
            """)
        static let all: [KeyEntry] = [types.entry, unknownType.entry, dedupeWindow.entry]
    }
}
