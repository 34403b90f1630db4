extension Configuration {
    public struct Commit: Equatable, Sendable {
        public var interval: Duration

        init(_ read: inout Reading) {
            read.section("commit", "How often results are committed.")
            interval = read(
                "commit.interval", .duration(.milliseconds(1) ... .seconds(60)),
                default: DurationText.write(milliseconds: Keys.pipeline.commitIntervalMs),
                """
                While events wait, results are committed this often, or more seldom where commits would otherwise
                take over a thirtieth of the time (at most 500ms); when the input runs dry they are committed at
                once. It bounds what an alert waits for, not what a lone event waits for.
                """)
        }
    }
}
