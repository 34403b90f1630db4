extension Keys {
    enum Kafka {
        static let brokers = Key(
            "kafka.brokers", .brokers, default: "localhost:9092", property: "bootstrap.servers",
            """
            Brokers to start from; the rest of the cluster is learnt from them. One line with commas, or a
            list.
            """)
        static let groupID = Key(
            "kafka.group_id", .text("a consumer group's name"), default: "stockd", property: "group.id",
            """
            The consumer group. It names the stock that is kept: daemons of one group share the work,
            another group starts from nothing and publishes everything again.
            """)
        static let groupInstanceID = Key(
            "kafka.group_instance_id", Kind.text("a member's name").orNull, default: "null",
            property: "group.instance.id",
            """
            Static membership: a name of this daemon's own, the same after a restart. A restart within
            kafka.session_timeout then moves no partitions. With several workers, "-0", "-1" … are appended.
            """)
        static let clientID = Key(
            "kafka.client_id", .text("a client's name"), default: "stockd", property: "client.id",
            "The name in the brokers' logs, metrics and quotas.")
        static let transactionalID = Key(
            "kafka.transactional_id", Kind.text("a transactional id", upTo: 240).orNull, default: "null",
            property: "transactional.id",
            """
            The producer's name across restarts; two live daemons with one name stop each other. Null: the
            group id, "-", and kafka.group_instance_id or, without one, the host's name. Each worker appends
            its number.
            """)
        static let sessionTimeout = Key(
            "kafka.session_timeout", .duration(.seconds(6) ... .seconds(1800)), default: "10s",
            property: "session.timeout.ms",
            """
            After this long without a heartbeat a daemon counts as dead and its partitions move. Shorter
            than librdkafka's 45s because a successor waits for it; not shorter than
            kafka.transaction_timeout, which holds recovery back as long anyway. Heartbeats come from a
            thread of their own, so a busy worker does not miss them. The broker must allow it
            (group.min.session.timeout.ms).
            """)
        static let maxPollInterval = Key(
            "kafka.max_poll_interval", .duration(.seconds(10) ... .seconds(86_400)), default: "5m",
            property: "max.poll.interval.ms",
            """
            A worker that does not come back for more input this long counts as stuck and loses its
            partitions. Recovering a partition must fit into it.
            """)
        static let transactionTimeout = Key(
            "kafka.transaction_timeout", .duration(.seconds(1) ... .seconds(900)), default: "10s",
            property: "transaction.timeout.ms",
            """
            The broker aborts a transaction left open this long. A daemon killed in the middle of one holds
            readers and its successor back until then. At most kafka.session_timeout.
            """)
        static let brokerDeadline = Key(
            "kafka.broker_deadline", Kind.duration(.seconds(1) ... .seconds(604_800)).orNull, default: "null",
            """
            How long a start may wait for a broker before it exits with code 69. Null: keep trying for ever.
            """)
        static let fetchBuffer = Key(
            "kafka.fetch_buffer", .size((1 << 20)...(2047 << 20)), default: "64MiB",
            property: "queued.max.messages.kbytes",
            "Memory for messages fetched ahead, for each worker.")
        static let all: [KeyEntry] =
            [
                brokers.entry, groupID.entry, groupInstanceID.entry, clientID.entry, transactionalID.entry,
                sessionTimeout.entry, maxPollInterval.entry, transactionTimeout.entry, brokerDeadline.entry,
                fetchBuffer.entry,
            ] + Security.all
    }
}
