extension Configuration {
    public struct Outputs: Equatable, Sendable {
        /// Nil: not published.
        public var stockLevelsTopic: String?
        /// Nil: not published.
        public var rollupTopic: String?

        init(_ read: inout Reading) {
            read.section(
                "outputs",
                "Further tables in upsert form: a message is the row as it now stands, no value when it is gone."
            )
            stockLevelsTopic = read(
                "outputs.stock_levels.topic", Kind.topic.orNull, default: "null",
                "The stock of every product and warehouse. Null: not published.")
            rollupTopic = read(
                "outputs.rollup.topic", Kind.topic.orNull, default: "null",
                "Every product over all warehouses. Null: not published.")
        }
    }
}
