public import Inventory

/// The views of one worker as of one commit, and the input offsets they reflect.
public struct ViewSnapshot: Sendable {
    private let cut: WorkerCut

    init(_ cut: WorkerCut) { self.cut = cut }

    /// Nothing at all.
    public init() { cut = WorkerCut([]) }

    /// The next input offset of each partition.
    public var positions: [PartitionPosition] { cut.positions }

    /// The rows of `current_stock_levels`.
    public var stock: [StockRow] {
        cut.shards.flatMap { shard in
            shard.chunks.flatMap { chunk in chunk.cells.compactMap { $0.row(shard.catalog) } }
        }
    }

    /// The rows of `low_stock_alerts`.
    public var alerts: [StockRow] { stock.filter { $0.severity != nil } }

    /// The rows of `multi_warehouse_inventory`.
    public var rollup: [RollupRow] {
        Dictionary(grouping: stock, by: \.product.id).values.compactMap { RollupRow($0) }
    }
}

extension ShownCell {
    /// The pair's row in `current_stock_levels`, nil when it has none.
    public func row(_ catalog: Catalog) -> StockRow? {
        guard isVisible, let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        return StockRow(product: product, warehouse: warehouse, currentStock: stock, lastUpdated: lastUpdated)
    }
}

extension RollupRow {
    /// The rollup of one product's rows; nil for none.
    public init?(_ rows: [StockRow]) {
        guard let product = rows.first?.product else { return nil }
        self.init(
            product: product, warehouseCount: rows.count,
            totalStock: rows.reduce(0) { $0 + Int128($1.currentStock) },
            minWarehouseStock: rows.reduce(.max) { min($0, $1.currentStock) },
            maxWarehouseStock: rows.reduce(.min) { max($0, $1.currentStock) })
    }
}
