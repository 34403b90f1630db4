/// The views, by their public names.
public enum View: String, Sendable, CaseIterable {
    case currentStockLevels = "current_stock_levels"
    case lowStockAlerts = "low_stock_alerts"
    case multiWarehouseInventory = "multi_warehouse_inventory"

    /// The columns in their order.
    public var columns: [String] {
        let stock = [
            "product_id", "product_name", "category", "warehouse_id", "warehouse_name", "current_stock",
            "reorder_threshold", "last_updated",
        ]
        return switch self {
        case .currentStockLevels: stock
        case .lowStockAlerts: stock + ["units_below_threshold", "alert_severity", "oversold_units"]
        case .multiWarehouseInventory:
            [
                "product_id", "product_name", "category", "warehouse_count", "total_stock",
                "min_warehouse_stock", "max_warehouse_stock", "reorder_threshold", "overall_status",
            ]
        }
    }
}
