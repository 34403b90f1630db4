extension Configuration {
    public struct DeadLetters: Equatable, Sendable {
        /// Nil: bad events are counted and logged.
        public var topic: String?
        /// Nil: named after the group, see `Configuration.redrivenTopic`.
        public var redrivenTopic: String?

        init(_ read: inout Reading) {
            read.section(
                "dead_letters",
                "Where rejected events go: unchanged, with the reason in headers.")
            topic = read(
                "dead_letters.topic", Kind.topic.orNull, default: "order-events-dlq",
                "The topic of rejected events. Null: they are counted and logged instead.")
            redrivenTopic = read(
                "dead_letters.redriven_topic", Kind.topic.orNull, default: "null",
                """
                The compacted topic in which stockd dlq redrive remembers what it sent back. Null: the group id and
                "-redriven".
                """)
        }
    }

    /// The compacted topic that remembers which dead letters were redriven.
    public var redrivenTopic: String { deadLetters.redrivenTopic ?? kafka.groupID + "-redriven" }
}
