import Inventory

extension Row {
    /// The columns of `current_stock_levels`.
    mutating func stockColumns(_ row: StockRow, _ ids: IDs, _ out: inout ByteWriter) {
        id(row.product.id, ids, &out)
        text("product_name", row.product.name, &out)
        text("category", row.product.category, &out)
        id(row.warehouse.id, ids, &out)
        text("warehouse_name", row.warehouse.name, &out)
        number("current_stock", row.currentStock, &out)
        number("reorder_threshold", row.reorderThreshold, &out)
        instant("last_updated", row.lastUpdated, &out)
    }

    /// What `low_stock_alerts` adds to them. The units below the threshold are null unless the row is below it.
    mutating func alertColumns(_ row: StockRow, severity: Severity?, _ out: inout ByteWriter) {
        if let units = row.unitsBelowThreshold, units > 0 {
            number("units_below_threshold", units, &out)
        } else {
            null("units_below_threshold", &out)
        }
        word("alert_severity", severity?.word, &out)
    }

    /// The columns of `multi_warehouse_inventory`.
    mutating func rollupColumns(_ row: RollupRow, _ ids: IDs, _ out: inout ByteWriter) {
        id(row.product.id, ids, &out)
        text("product_name", row.product.name, &out)
        text("category", row.product.category, &out)
        number("warehouse_count", Int64(row.warehouseCount), &out)
        number("total_stock", row.totalStock, &out)
        number("min_warehouse_stock", row.minWarehouseStock, &out)
        number("max_warehouse_stock", row.maxWarehouseStock, &out)
        number("reorder_threshold", row.product.reorderThreshold, &out)
        word("overall_status", row.status.word, &out)
    }
}
