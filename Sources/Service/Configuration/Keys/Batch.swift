extension Configuration {
    public struct Batch: Equatable, Sendable {
        public var maxEvents: Int

        init(_ read: inout Reading) {
            read.section("batch", "How much is taken at once.")
            maxEvents = read(
                "batch.max_events", .integer(1...1_000_000), default: "\(Keys.pipeline.maxBatchEvents)",
                "The most messages a worker takes at once; a commit covers many such batches.")
        }
    }
}
