extension Aggregate {
    /// The pair's row in `current_stock_levels`, nil when it has none.
    func stockRow(_ entryIndex: UInt32) -> StockRow? {
        let entry = table.entries[Int(entryIndex)]
        let pair = Pair(rawValue: entry.pair)
        guard isVisible(entryIndex), let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        return StockRow(
            product: product, warehouse: warehouse, currentStock: entry.stock,
            reorderThreshold: table.details[Int(entryIndex)].reorderThreshold,
            lastUpdated: Timestamp(microseconds: entry.lastUpdated))
    }

    /// Whether the pair has a row in `current_stock_levels`.
    func isVisible(_ entryIndex: UInt32) -> Bool {
        table.entries[Int(entryIndex)].events > 0 && table.details[Int(entryIndex)].flags.contains(.known)
    }

    /// The product's row in `multi_warehouse_inventory`, nil when it has none.
    func rollupRow(_ id: ProductID) -> RollupRow? {
        guard let product = catalog.products[id] else { return nil }
        var row = RollupRow(
            product: product, warehouseCount: 0, totalStock: 0, minWarehouseStock: .max,
            maxWarehouseStock: .min)
        var entryIndex = productHeads[id] ?? StockEntry.none
        while entryIndex != StockEntry.none {
            defer { entryIndex = table.details[Int(entryIndex)].nextOfProduct }
            guard isVisible(entryIndex) else { continue }
            let stock = table.entries[Int(entryIndex)].stock
            row.warehouseCount += 1
            row.totalStock += Int128(stock)
            row.minWarehouseStock = min(row.minWarehouseStock, stock)
            row.maxWarehouseStock = max(row.maxWarehouseStock, stock)
        }
        return row.warehouseCount == 0 ? nil : row
    }

    /// The rows of `current_stock_levels`, in no particular order.
    public func forEachStockRow(_ body: (StockRow) -> Void) {
        for entryIndex in 0..<table.count {
            if let row = stockRow(UInt32(entryIndex)) { body(row) }
        }
    }

    /// The rows of `multi_warehouse_inventory`, in no particular order.
    public func forEachRollupRow(_ body: (RollupRow) -> Void) {
        for product in productHeads.keys {
            if let row = rollupRow(product) { body(row) }
        }
    }

    /// The pair of the entry with this index, 0..<`pairCount`. The index of a pair never changes.
    public func pair(at index: Int) -> Pair {
        precondition(index < table.count, "no such entry")
        return Pair(rawValue: table.entries[index].pair)
    }
}
