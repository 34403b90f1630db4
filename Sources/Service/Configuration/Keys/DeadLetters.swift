extension Configuration {
    public struct DeadLetters: Equatable, Sendable {
        /// Nil: bad events are counted and logged.
        public var topic: String?
        /// Nil: named after the group, see `Configuration.replayedTopic`.
        public var replayedTopic: String?

        init(_ read: inout Reading) {
            read.section(
                "dead_letters",
                "Where events that cannot be read go, as they came, with the reason in headers.")
            topic = read(
                "dead_letters.topic", Kind.topic.orNull, default: "order-events-dlq",
                "Null: bad events are counted and logged instead.")
            replayedTopic = read(
                "dead_letters.replayed_topic", Kind.topic.orNull, default: "null",
                """
                The compacted topic in which stockd dlq replay remembers what it put back. Null: the group id and
                "-replayed".
                """)
        }
    }

    /// The compacted topic that remembers which dead letters were put back.
    public var replayedTopic: String { deadLetters.replayedTopic ?? kafka.groupID + "-replayed" }
}
