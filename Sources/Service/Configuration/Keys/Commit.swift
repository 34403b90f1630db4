extension Configuration {
    public struct Commit: Equatable, Sendable {
        public var interval: Duration

        init(_ read: inout Reading) {
            read.section("commit", "How often results are committed.")
            interval = read(
                "commit.interval", .duration(.milliseconds(1) ... .seconds(60)),
                default: DurationText.write(milliseconds: Keys.pipeline.commitIntervalMs),
                """
                While more events wait, results are committed this often, or less often (after up to 500ms)
                where commits would otherwise take more than a thirtieth of the time. When no more events
                wait, they are committed at once: a lone event does not wait for the interval.
                """)
        }
    }
}
