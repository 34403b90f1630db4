extension Configuration {
    public struct Checkpoint: Equatable, Sendable {
        /// Zero: in every transaction that is not just after one that took too long.
        public var interval: Duration

        init(_ read: inout Reading) {
            read.section(
                "checkpoint",
                "How often the state is written, and with it how much is read again after a crash.")
            interval = read(
                "checkpoint.interval", .duration(.zero ... .seconds(3600)),
                default: DurationText.write(milliseconds: Keys.pipeline.checkpointIntervalMs),
                """
                How often at most. One that takes long is written less often: after two hundred times as
                long, or after 25,000,000 events. 0: in every transaction.
                """)
        }
    }
}
