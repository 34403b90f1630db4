import Inventory
import OracleSupport

extension SQLOracle {
    func insert(_ event: HistoryEvent) throws {
        try run(
            "INSERT OR IGNORE INTO order_events VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                event.partition, event.id, event.type, event.product, event.warehouse, event.quantity,
                event.microseconds,
            ])
    }

    func replaceReferences(_ catalog: Catalog) throws {
        try run("DELETE FROM products")
        try run("DELETE FROM warehouses")
        for product in catalog.products.values {
            try run(
                "INSERT INTO products VALUES (?, ?, ?, ?)",
                [product.id.rawValue, product.name.string, product.category.string, product.reorderThreshold])
        }
        for warehouse in catalog.warehouses.values {
            try run("INSERT INTO warehouses VALUES (?, ?)", [warehouse.id.rawValue, warehouse.name.string])
        }
    }
}
