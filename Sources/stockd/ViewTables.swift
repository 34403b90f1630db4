import Inventory
import Wire

/// The views in the order people read them: by product name, then warehouse name, then ids.
struct ViewTables {
    let stock: [StockRow]
    let rollup: [RollupRow]
    let ids: IDs

    init(stock: [StockRow], rollup: [RollupRow], _ ids: IDs = .integers) {
        self.ids = ids
        self.stock = stock.sorted {
            let (one, other) = (
                ($0.product.name.string, $0.warehouse.name.string), ($1.product.name.string, $1.warehouse.name.string)
            )
            return one == other ? ids.isBefore($0.pair, $1.pair) : one < other
        }
        self.rollup = rollup.sorted {
            let (one, other) = ($0.product.name.string, $1.product.name.string)
            return one == other ? ids.isBefore($0.product.id, $1.product.id) : one < other
        }
    }

    var alerts: [StockRow] { stock.filter { $0.severity != nil } }

    func stockTable() -> TextTable {
        var table = TextTable(
            title: "current_stock_levels",
            columns: ["product", "warehouse", "stock", "threshold", "last updated"])
        table.rows = stock.map {
            [
                ids.title($0.product), ids.title($0.warehouse), "\($0.currentStock)", threshold($0.reorderThreshold),
                instant($0.lastUpdated),
            ]
        }
        return table
    }

    func alertTable() -> TextTable {
        var table = TextTable(
            title: "low_stock_alerts",
            columns: ["product", "warehouse", "stock", "threshold", "below", "severity", "oversold"])
        table.rows = alerts.map {
            [
                ids.title($0.product), ids.title($0.warehouse), "\($0.currentStock)", threshold($0.reorderThreshold),
                $0.unitsBelowThreshold.map { "\($0)" } ?? "", $0.severity?.name ?? "", "\($0.oversoldUnits)",
            ]
        }
        return table
    }

    func rollupTable() -> TextTable {
        var table = TextTable(
            title: "multi_warehouse_inventory",
            columns: ["product", "warehouses", "total", "min", "max", "threshold", "status"])
        table.rows = rollup.map {
            [
                ids.title($0.product), "\($0.warehouseCount)", "\($0.totalStock)", "\($0.minWarehouseStock)",
                "\($0.maxWarehouseStock)", threshold($0.product.reorderThreshold), $0.status.name,
            ]
        }
        return table
    }

    private func threshold(_ threshold: Int32?) -> String { threshold.map { "\($0)" } ?? "" }

    private func instant(_ time: Timestamp) -> String { RFC3339.string(time) }
}
