import Inventory
import OracleSupport

extension SQLOracle {
    func insert(_ event: HistoryEvent) throws {
        try run(
            "INSERT OR IGNORE INTO order_events VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                event.partition, event.names.event ? OracleIDs.eventText(event.id) : event.id, event.type,
                event.names.product ? OracleIDs.productText(Int64(event.product)) : event.product,
                event.names.warehouse ? OracleIDs.warehouseText(Int64(event.warehouse)) : event.warehouse,
                event.quantity, event.microseconds,
            ])
    }

    func replaceReferences(_ catalog: Catalog, _ ids: IDs) throws {
        try run("DELETE FROM products")
        try run("DELETE FROM warehouses")
        try run("DELETE FROM thresholds")
        for product in catalog.products.values {
            try run(
                "INSERT INTO products VALUES (?, ?, ?, ?)",
                [ids.string(product.id), product.name.string, product.category.string, product.reorderThreshold])
        }
        for warehouse in catalog.warehouses.values {
            try run("INSERT INTO warehouses VALUES (?, ?)", [ids.string(warehouse.id), warehouse.name.string])
        }
        for threshold in catalog.thresholds.values {
            let (product, warehouse) = (ids.string(threshold.id.product), ids.string(threshold.id.warehouse))
            try run("INSERT INTO thresholds VALUES (?, ?, ?)", [product, warehouse, threshold.reorderThreshold])
        }
    }
}
