import Pipeline

extension Configuration {
    public struct State: Equatable, Sendable {
        /// Nil: named after the group, see `Configuration.stateTopic`.
        public var topic: String?

        init(_ read: inout Reading) {
            read.section("state", "Where the state is kept.")
            topic = read(
                "state.topic", Kind.topic.orNull, default: "null",
                """
                The compacted topic of checkpoints and published alerts, with as many partitions as the input.
                Null: the group id and "-state".
                """)
        }
    }

    /// The topic of checkpoints and of the published alerts.
    public var stateTopic: String { state.topic ?? PipelineSettings.stateTopic(ofGroup: kafka.groupID) }
}
