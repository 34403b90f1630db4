import Inventory
import Wire

/// A row of the stock table with its incident, which means something only when it alerts.
struct AlertRow {
    var row: StockRow
    var since: Timestamp
    var incident: UInt32

    init(_ row: StockRow, _ shown: ShownEntry) {
        self.row = row
        since = shown.since
        incident = shown.incident
    }

    init(_ row: StockRow, since: Timestamp, incident: UInt32) {
        self.row = row
        self.since = since
        self.incident = incident
    }
}

extension ReadModel {
    /// A page of `current_stock_levels` or `low_stock_alerts`.
    func stockPage(_ query: RowQuery) -> RowPage<AlertRow> {
        let warehouseNames = query.text.map { text in
            Set(warehouses.values.filter { $0.name.string.lowercased().contains(text) }.map(\.id))
        }
        var found = FirstRows<AlertRow>(query)
        forEachEntry(query) { entry in
            let isNamed = query.text.map { entry.product.name.string.lowercased().contains($0) } ?? true
            for shown in entry.rows {
                if let wanted = query.warehouses, !wanted.contains(shown.pair.warehouse) { continue }
                if query.view == .lowStockAlerts, shown.level == nil { continue }
                if let wanted = query.severities {
                    guard let severity = shown.level?.severity, wanted.contains(severity) else { continue }
                }
                if let wanted = query.levels {
                    guard let level = shown.level, wanted.contains(level) else { continue }
                }
                guard isNamed || warehouseNames?.contains(shown.pair.warehouse) == true,
                    let full = row(shown, entry.product)
                else { continue }
                let key = query.sort.column.map { full.key($0, ids) } ?? .nothing
                let position = SortPosition(key, shown.pair.product, shown.pair.warehouse, ids)
                found.add(position, full)
                if found.isComplete { return false }
            }
            return true
        }
        return found.page
    }

    /// A page of `multi_warehouse_inventory`.
    func rollupPage(_ query: RowQuery) -> RowPage<RollupRow> {
        var found = FirstRows<RollupRow>(query)
        forEachEntry(query) { entry in
            if let text = query.text, !entry.product.name.string.lowercased().contains(text) { return true }
            if let wanted = query.warehouses,
                !entry.rows.contains(where: { wanted.contains($0.pair.warehouse) })
            {
                return true
            }
            let rollup = entry.rollup
            if let wanted = query.statuses, !wanted.contains(rollup.status) { return true }
            let key = query.sort.column.map { rollup.key($0, ids) } ?? .nothing
            found.add(SortPosition(key, entry.product.id, nil, ids), rollup)
            return !found.isComplete
        }
        return found.page
    }

    /// The products a query asks for, in the order of ids, until the body has enough.
    private func forEachEntry(_ query: RowQuery, _ body: (Entry) -> Bool) {
        func isLast(_ entry: Entry) -> Bool {
            if let wanted = query.categories, !wanted.contains(entry.product.category) { return false }
            return !body(entry)
        }
        guard let wanted = query.products else {
            for entry in products where isLast(entry) { return }
            return
        }
        for id in wanted.sorted(by: ids.isBefore) {
            if let entry = self[id], isLast(entry) { return }
        }
    }

    private func row(_ shown: ShownEntry, _ product: Product) -> AlertRow? {
        guard let warehouse = warehouses[shown.pair.warehouse] else { return nil }
        let threshold = catalog.threshold(of: shown.pair, product)
        return AlertRow(
            StockRow(
                product: product, warehouse: warehouse, currentStock: shown.stock, reorderThreshold: threshold,
                lastUpdated: shown.lastUpdated), shown)
    }

    /// Every open alert.
    var alerts: [AlertRow] {
        products.flatMap { entry in
            entry.rows.compactMap { $0.level == nil ? nil : row($0, entry.product) }
        }
    }
}

extension ReadModel.Entry {
    var rollup: RollupRow {
        var rollup = RollupRow(
            product: product, warehouseCount: rows.count, totalStock: 0, minWarehouseStock: .max,
            maxWarehouseStock: .min)
        for row in rows {
            rollup.totalStock += Int128(row.stock)
            rollup.minWarehouseStock = min(rollup.minWarehouseStock, row.stock)
            rollup.maxWarehouseStock = max(rollup.maxWarehouseStock, row.stock)
        }
        return rollup
    }
}
