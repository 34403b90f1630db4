import Inventory

/// What the rows of one reference table are made of.
struct ReferenceTable<Row>: Sendable {
    let columns: [String]
    /// The column that identifies a row.
    let key: String
    /// Columns that a file or row may leave out.
    let optional: [String]
    /// The row the cells make; nil when one of them is wrong, which the cells then remember.
    let read: @Sendable (inout ReferenceCells) -> (id: Int32, row: Row)?
}

extension ReferenceTable<Product> {
    static let products = Self(
        columns: ["product_id", "product_name", "category", "reorder_threshold", "unit_price"],
        key: "product_id", optional: ["unit_price"]
    ) { cells in
        let id = cells.int32("product_id")
        let name = cells.text("product_name")
        let category = cells.text("category")
        let threshold = cells.threshold("reorder_threshold")
        let price = cells.decimal("unit_price")
        guard let id, let name, let category, let threshold, let price else { return nil }
        let product = Product(
            id: ProductID(id), name: name, category: category, reorderThreshold: threshold.value,
            unitPrice: price.value)
        return (id, product)
    }
}

extension ReferenceTable<Warehouse> {
    static let warehouses = Self(
        columns: ["warehouse_id", "warehouse_name", "region"], key: "warehouse_id", optional: []
    ) { cells in
        let id = cells.int32("warehouse_id")
        let name = cells.text("warehouse_name")
        let region = cells.text("region")
        guard let id, let name, let region else { return nil }
        return (id, Warehouse(id: WarehouseID(id), name: name, region: region))
    }
}
