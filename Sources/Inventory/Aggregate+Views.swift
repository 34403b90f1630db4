extension Aggregate {
    /// The pair's row in `current_stock_levels`, nil when it has none.
    func stockRow(_ cell: Cell) -> StockRow? {
        let pair = Pair(packed: cell.pair)
        guard cell.isVisible, let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        return StockRow(
            product: product, warehouse: warehouse, currentStock: cell.stock,
            lastUpdated: Timestamp(microseconds: cell.lastUpdated))
    }

    /// The product's row in `multi_warehouse_inventory`, nil when it has none.
    func rollupRow(_ id: ProductID) -> RollupRow? {
        guard let product = catalog.products[id] else { return nil }
        var row = RollupRow(
            product: product, warehouseCount: 0, totalStock: 0, minWarehouseStock: .max,
            maxWarehouseStock: .min)
        var slot = productHeads[id] ?? Cell.none
        while slot != Cell.none {
            let cell = table.cells[Int(slot)]
            slot = cell.nextOfProduct
            guard cell.isVisible else { continue }
            row.warehouseCount += 1
            row.totalStock += Int128(cell.stock)
            row.minWarehouseStock = min(row.minWarehouseStock, cell.stock)
            row.maxWarehouseStock = max(row.maxWarehouseStock, cell.stock)
        }
        return row.warehouseCount == 0 ? nil : row
    }

    /// The rows of `current_stock_levels`, in no particular order.
    public func forEachStockRow(_ body: (StockRow) -> Void) {
        for slot in 0..<table.count {
            if let row = stockRow(table.cells[slot]) { body(row) }
        }
    }

    /// The rows of `multi_warehouse_inventory`, in no particular order.
    public func forEachRollupRow(_ body: (RollupRow) -> Void) {
        for product in productHeads.keys {
            if let row = rollupRow(product) { body(row) }
        }
    }

    /// The alerts as last given out by `consolidate`, by pair.
    public func forEachPublishedAlert(_ body: (Pair, LedgerEntry) -> Void) {
        for slot in 0..<table.count {
            let cell = table.cells[slot]
            guard cell.ledgerIndex != Cell.none else { continue }
            body(Pair(packed: cell.pair), ledger[Int(cell.ledgerIndex)])
        }
    }
}

extension Aggregate {
    /// The pair whose cell is at a place, 0..<`pairCount`; the place of a pair never changes.
    public func pair(at place: Int) -> Pair {
        precondition(place < table.count, "no such cell")
        return Pair(packed: table.cells[place].pair)
    }
}
