extension Configuration {
    public struct Outputs: Equatable, Sendable {
        /// Nil: not published.
        public var stockLevelsTopic: String?
        /// Nil: not published.
        public var rollupTopic: String?

        init(_ read: inout Reading) {
            read.section(
                "outputs",
                "Topics of whole tables: a message is the current row, or has no value when the row is gone."
            )
            stockLevelsTopic = read(
                "outputs.stock_levels.topic", Kind.topic.orNull, default: "null",
                "The stock of every product and warehouse. Null: not published.")
            rollupTopic = read(
                "outputs.rollup.topic", Kind.topic.orNull, default: "null",
                "The totals of every product over all warehouses. Null: not published.")
        }
    }
}
