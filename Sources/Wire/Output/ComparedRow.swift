public import Inventory

/// A row of `stockd replay --compare`: a pair's stock and alert at two moments.
public struct ComparedRow {
    /// The columns in their order.
    public static let columns = [
        "product_id", "product_name", "category", "warehouse_id", "warehouse_name", "stock_before", "stock_after",
        "level_before", "level_after", "alert",
    ]

    private let product: Product
    private let warehouse: Warehouse
    private let before: StockRow?
    private let after: StockRow?
    private let alert: StaticString?

    /// - Parameters:
    ///   - before: nil where the pair had no row.
    ///   - after: nil where it has none any more.
    ///   - alert: what became of the alert; nil when it is as it was.
    public init(
        product: Product, warehouse: Warehouse, before: StockRow?, after: StockRow?, alert: StaticString?
    ) {
        self.product = product
        self.warehouse = warehouse
        self.before = before
        self.after = after
        self.alert = alert
    }

    /// Writes it without a line end.
    public func write(as format: RowFormat, _ ids: IDs, into out: inout ByteWriter) {
        var row = Row(format)
        row.id(product.id, ids, &out)
        row.text("product_name", product.name, &out)
        row.text("category", product.category, &out)
        row.id(warehouse.id, ids, &out)
        row.text("warehouse_name", warehouse.name, &out)
        for (column, stock) in [("stock_before", before), ("stock_after", after)] as [(StaticString, StockRow?)] {
            if let stock { row.number(column, stock.currentStock, &out) } else { row.null(column, &out) }
        }
        for (column, stock) in [("level_before", before), ("level_after", after)] as [(StaticString, StockRow?)] {
            row.word(column, stock?.level?.word, &out)
        }
        row.word("alert", alert, &out)
        row.end(&out)
    }
}
