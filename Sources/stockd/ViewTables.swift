import Inventory
import Wire

/// The views in the order people read them: by product name, then warehouse name, then ids.
struct ViewTables {
    let stock: [StockRow]
    let rollup: [RollupRow]

    init(stock: [StockRow], rollup: [RollupRow]) {
        self.stock = stock.sorted {
            ($0.product.name.string, $0.warehouse.name.string, $0.pair) < (
                $1.product.name.string, $1.warehouse.name.string, $1.pair
            )
        }
        self.rollup = rollup.sorted {
            ($0.product.name.string, $0.product.id) < ($1.product.name.string, $1.product.id)
        }
    }

    var alerts: [StockRow] { stock.filter { $0.severity != nil } }

    func stockTable() -> TextTable {
        var table = TextTable(
            title: "current_stock_levels",
            columns: ["product", "warehouse", "stock", "threshold", "last updated"])
        table.rows = stock.map {
            [
                $0.product.title, $0.warehouse.title, "\($0.currentStock)", threshold($0.product),
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
                $0.product.title, $0.warehouse.title, "\($0.currentStock)", threshold($0.product),
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
                $0.product.title, "\($0.warehouseCount)", "\($0.totalStock)", "\($0.minWarehouseStock)",
                "\($0.maxWarehouseStock)", threshold($0.product), $0.status.name,
            ]
        }
        return table
    }

    private func threshold(_ product: Product) -> String { product.reorderThreshold.map { "\($0)" } ?? "" }

    private func instant(_ time: Timestamp) -> String { RFC3339.string(time) }
}
