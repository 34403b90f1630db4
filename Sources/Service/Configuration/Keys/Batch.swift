extension Configuration {
    public struct Batch: Equatable, Sendable {
        public var maxEvents: Int

        init(_ read: inout Reading) {
            read.section("batch", "How many messages a worker reads at once.")
            maxEvents = read(
                "batch.max_events", .integer(1...1_000_000), default: "\(Keys.pipeline.maxBatchEvents)",
                "The most messages that a worker reads in one poll; a commit covers many polls.")
        }
    }
}
