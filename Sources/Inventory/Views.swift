/// A row of `current_stock_levels`.
public struct StockRow: Equatable, Sendable {
    public var product: Product
    public var warehouse: Warehouse
    public var currentStock: Int64
    /// The pair's own threshold if it has one, else the product's; nil never alerts.
    public var reorderThreshold: Int32?
    /// The greatest `event_time` of the pair's events.
    public var lastUpdated: Timestamp

    public init(
        product: Product, warehouse: Warehouse, currentStock: Int64, reorderThreshold: Int32?, lastUpdated: Timestamp
    ) {
        self.product = product
        self.warehouse = warehouse
        self.currentStock = currentStock
        self.reorderThreshold = reorderThreshold
        self.lastUpdated = lastUpdated
    }

    /// The row of a pair without a threshold of its own.
    public init(product: Product, warehouse: Warehouse, currentStock: Int64, lastUpdated: Timestamp) {
        self.init(
            product: product, warehouse: warehouse, currentStock: currentStock,
            reorderThreshold: product.reorderThreshold, lastUpdated: lastUpdated)
    }

    public var pair: Pair { Pair(product: product.id, warehouse: warehouse.id) }

    /// The alert's level, nil when the row is not in `low_stock_alerts`.
    public var level: AlertLevel? { AlertLevel(stock: currentStock, threshold: reorderThreshold) }

    /// The alert's severity, nil when the row is not in `low_stock_alerts`.
    public var severity: Severity? { level?.severity }

    /// `reorder_threshold − current_stock`; nil with a nil threshold.
    public var unitsBelowThreshold: Int128? {
        reorderThreshold.map { Int128($0) - Int128(currentStock) }
    }

    /// `max(0, −current_stock)`: units that were shipped and never in stock.
    public var oversoldUnits: Int128 { max(0, -Int128(currentStock)) }
}

/// A row of `multi_warehouse_inventory`.
public struct RollupRow: Equatable, Sendable {
    public var product: Product
    public var warehouseCount: Int
    public var totalStock: Int128
    public var minWarehouseStock: Int64
    public var maxWarehouseStock: Int64

    public init(
        product: Product, warehouseCount: Int, totalStock: Int128, minWarehouseStock: Int64,
        maxWarehouseStock: Int64
    ) {
        self.product = product
        self.warehouseCount = warehouseCount
        self.totalStock = totalStock
        self.minWarehouseStock = minWarehouseStock
        self.maxWarehouseStock = maxWarehouseStock
    }

    public var status: OverallStatus { OverallStatus(total: totalStock, threshold: product.reorderThreshold) }
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
