public import Inventory

/// What one worker shows: its shards as of one commit. A value that never changes.
public struct WorkerSnapshot: Sendable {
    /// One shard's entries, joined with these reference tables.
    public struct Shard: Sendable {
        public let chunks: [ShownChunk]
        public let catalog: Catalog
        public let pairs: Int
        /// Different texts that the pairs have as ids.
        public let names: Int
        /// The next input offset of each of its partitions.
        public let positions: [PartitionPosition]
        /// Nil where none is kept.
        public var history: StockHistory.AsOf?
        /// Greater than that of every snapshot that another owner of its partitions, or this one before it recovered
        /// them anew, has shown. 0 where no reader asks for it.
        public internal(set) var term: Int64 = 0
    }

    public let shards: [Shard]
    public let tally: ShownTally
    /// The worker knows of records that it has not applied yet.
    public let isCatchingUp: Bool
    /// The number of the snapshot; greater is newer.
    public internal(set) var version: UInt64 = 0
    /// The newest change of the store's log that these entries contain.
    public internal(set) var changesThrough: UInt64 = 0

    init(_ shards: [Shard], isCatchingUp: Bool = false) {
        self.shards = shards
        self.isCatchingUp = isCatchingUp
        var tally = ShownTally()
        for shard in shards { for chunk in shard.chunks { tally = tally + chunk.tally } }
        self.tally = tally
    }

    public var positions: [PartitionPosition] { shards.flatMap(\.positions) }
    public var pairs: Int { shards.reduce(0) { $0 + $1.pairs } }

    /// The rows of `current_stock_levels`.
    public var stock: [StockRow] {
        shards.flatMap { shard in
            shard.chunks.flatMap { chunk in chunk.entries.compactMap { $0.row(shard.catalog) } }
        }
    }

    /// The rows of `low_stock_alerts`.
    public var alerts: [StockRow] { stock.filter { $0.severity != nil } }

    /// The rows of `multi_warehouse_inventory`.
    public var rollup: [RollupRow] {
        Dictionary(grouping: stock, by: \.product.id).values.compactMap { RollupRow($0) }
    }
}
