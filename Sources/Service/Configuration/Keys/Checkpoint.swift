extension Configuration {
    public struct Checkpoint: Equatable, Sendable {
        /// Zero: in every transaction that is not just after one that took too long.
        public var interval: Duration

        init(_ read: inout Reading) {
            read.section(
                "checkpoint",
                "How often the state is written. A recovery reads the input again from the last checkpoint.")
            interval = read(
                "checkpoint.interval", .duration(.zero ... .seconds(3600)),
                default: DurationText.write(milliseconds: Keys.pipeline.checkpointIntervalMs),
                """
                The shortest time between two checkpoints. After a checkpoint that took long, the next one
                waits two hundred times that long, or until 25,000,000 events have passed. 0: a checkpoint in
                every transaction.
                """)
        }
    }
}
