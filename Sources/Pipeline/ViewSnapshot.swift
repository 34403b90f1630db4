public import Inventory

/// The views of one worker as of one commit, and the input offsets they reflect.
public struct ViewSnapshot: Sendable {
    public var stock: [StockRow] = []
    public var rollup: [RollupRow] = []
    /// The next input offset of each partition.
    public var positions: [PartitionPosition] = []

    public init() {}

    /// The rows of `low_stock_alerts`.
    public var alerts: [StockRow] { stock.filter { $0.severity != nil } }
}

extension Worker {
    /// Answers requests for the views, only when what they would show is committed.
    func publishViews() {
        guard !transaction.hasWork else { return }
        let receivers = inbox.takeViewRequests()
        guard !receivers.isEmpty else { return }
        var snapshot = ViewSnapshot()
        if case .running = phase {
            for shard in shards {
                shard.aggregate.forEachStockRow { snapshot.stock.append($0) }
                shard.aggregate.forEachRollupRow { snapshot.rollup.append($0) }
                snapshot.positions += shard.committedPositions
            }
        }
        for receive in receivers { receive(snapshot) }
    }

    /// Takes in newer reference tables, between transactions only.
    func takeInbox() {
        if let newer = inbox.takeCatalog() { nextCatalog = newer }
        guard let newer = nextCatalog, !transaction.hasWork, case .running = phase else { return }
        catalog = newer
        nextCatalog = nil
        for shard in shards { shard.aggregate.adopt(newer) }
    }
}
