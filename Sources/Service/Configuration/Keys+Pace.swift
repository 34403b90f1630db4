extension Keys {
    /// How much at once, and how often.
    enum Pace {
        static let batchMaxEvents = Key(
            "batch.max_events", .integer(1...1_000_000), default: "1000",
            "The most messages a worker takes at once; a commit covers many such batches.")
        static let commitInterval = Key(
            "commit.interval", .duration(.milliseconds(1) ... .seconds(60)), default: "50ms",
            """
            While events wait, results are committed this often, or more seldom where commits would otherwise
            take over a thirtieth of the time (at most 500ms); when the input runs dry they are committed at once. It
            bounds what an alert waits for, not what a lone event waits for.
            """)
        static let checkpointInterval = Key(
            "checkpoint.interval", .duration(.zero ... .seconds(3600)), default: "5s",
            """
            After a crash at most this much input is read again. 0: the state is written in every
            transaction.
            """)
        static let stateTopic = Key(
            "state.topic", Kind.topic.orNull, default: "null",
            """
            The compacted topic of checkpoints and published alerts, with as many partitions as the input.
            Null: the group id and "-state".
            """)
        static let all: [KeyEntry] = [
            batchMaxEvents.entry, commitInterval.entry, checkpointInterval.entry, stateTopic.entry,
        ]
    }

    enum Log {
        static let level = Key(
            "log.level", Kind<Configuration.Log.Level>.choice, default: "info", reloadable: true,
            "The least severe level that is logged.")
        static let format = Key(
            "log.format", Kind<Configuration.Log.Format>.choice, default: "auto",
            """
            text: for people, coloured on a terminal unless NO_COLOR is set. json: one object a line.
            journal: with systemd's priorities. auto: journal under systemd, else text.
            """)
        static let all: [KeyEntry] = [level.entry, format.entry]
    }
}
