extension Configuration {
    public struct History: Equatable, Sendable {
        public var changes: Int

        init(_ read: inout Reading) {
            read.section("history", "The last day's stock of a product, and its alerts, which the page at / draws.")
            changes = read(
                "history.changes", .integer(0...100_000_000), default: "\(Keys.pipeline.historyChanges)",
                """
                How many changes of stock are kept in memory, 16 bytes each, in all input partitions together; each
                has an equal part. A commit is one change of each pair that it touches. When there are more, the
                oldest are dropped, and the history begins later. 0: no history. Without http.listen there is none.
                """)
        }
    }
}
