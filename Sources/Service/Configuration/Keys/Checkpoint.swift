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
                After a crash at most this much input is read again, or more while a checkpoint takes
                long. 0: in every transaction, but for a while after one that took too long for it.
                """)
        }
    }
}
