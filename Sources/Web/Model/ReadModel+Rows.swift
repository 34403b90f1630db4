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

/// One page of rows.
struct RowPage<Element> {
    var rows: [Element] = []
    /// Nil when no row follows.
    var next: Cursor?
}

extension ReadModel {
    /// A page of `current_stock_levels` or `low_stock_alerts`.
    func stockPage(_ query: RowQuery) -> RowPage<AlertRow> {
        let warehouseNames = query.text.map { text in
            Set(catalog.warehouses.values.filter { $0.name.string.lowercased().contains(text) }.map(\.id))
        }
        var found: [(position: SortPosition, row: AlertRow)] = []
        forEachEntry(query) { entry in
            let isNamed = query.text.map { entry.product.name.string.lowercased().contains($0) } ?? true
            for row in entry.rows {
                let shown = row.shown
                if let wanted = query.warehouses, !wanted.contains(shown.pair.warehouse) { continue }
                if query.view == .lowStockAlerts, shown.level == nil { continue }
                if let wanted = query.severities {
                    guard let severity = shown.level?.severity, wanted.contains(severity) else { continue }
                }
                if let wanted = query.levels {
                    guard let level = shown.level, wanted.contains(level) else { continue }
                }
                guard isNamed || warehouseNames?.contains(shown.pair.warehouse) == true,
                    let warehouse = catalog.warehouses[shown.pair.warehouse]
                else { continue }
                let full = AlertRow(
                    StockRow(
                        product: entry.product, warehouse: warehouse, currentStock: shown.stock,
                        reorderThreshold: catalog.threshold(of: shown.pair, entry.product),
                        lastUpdated: shown.lastUpdated), shown)
                let key = query.sort.column.map { full.key($0, ids) } ?? .nothing
                let position = SortPosition(key, shown.pair.product, shown.pair.warehouse, ids)
                if !query.begins(after: position) { continue }
                found.append((position, full))
                // In the natural order one row more is enough to know that there is a next page.
                if query.sort.column == nil, found.count > query.limit { return false }
            }
            return true
        }
        return query.page(found)
    }

    /// A page of `multi_warehouse_inventory`.
    func rollupPage(_ query: RowQuery) -> RowPage<RollupRow> {
        var found: [(position: SortPosition, row: RollupRow)] = []
        forEachEntry(query) { entry in
            if let text = query.text, !entry.product.name.string.lowercased().contains(text) { return true }
            if let wanted = query.warehouses,
                !entry.rows.contains(where: { wanted.contains($0.shown.pair.warehouse) })
            {
                return true
            }
            let rollup = entry.rollup
            if let wanted = query.statuses, !wanted.contains(rollup.status) { return true }
            let key = query.sort.column.map { rollup.key($0, ids) } ?? .nothing
            let position = SortPosition(key, entry.product.id, nil, ids)
            if !query.begins(after: position) { return true }
            found.append((position, rollup))
            return query.sort.column != nil || found.count <= query.limit
        }
        return query.page(found)
    }

    /// The products a query asks for, in the order of ids, until the body has enough.
    private func forEachEntry(_ query: RowQuery, _ body: (Entry) -> Bool) {
        let ids = query.products.map { $0.sorted { self.ids.isBefore($0, $1) } } ?? order
        for id in ids {
            guard let entry = entries[id] else { continue }
            if let wanted = query.categories, !wanted.contains(entry.product.category) { continue }
            if !body(entry) { return }
        }
    }

    /// Every open alert.
    var alerts: [AlertRow] {
        order.flatMap { id -> [AlertRow] in
            guard let entry = entries[id] else { return [] }
            return entry.rows.compactMap { row in
                guard row.shown.level != nil, let stock = row.shown.row(catalog) else { return nil }
                return AlertRow(stock, row.shown)
            }
        }
    }
}

extension ReadModel.Entry {
    var rollup: RollupRow {
        var rollup = RollupRow(
            product: product, warehouseCount: rows.count, totalStock: 0, minWarehouseStock: .max,
            maxWarehouseStock: .min)
        for row in rows {
            rollup.totalStock += Int128(row.shown.stock)
            rollup.minWarehouseStock = min(rollup.minWarehouseStock, row.shown.stock)
            rollup.maxWarehouseStock = max(rollup.maxWarehouseStock, row.shown.stock)
        }
        return rollup
    }
}

extension RowQuery {
    fileprivate func begins(after position: SortPosition) -> Bool {
        after.map { $0.position.precedes(position, descending: sort.isDescending) } ?? true
    }

    fileprivate func page<Element>(_ found: [(position: SortPosition, row: Element)]) -> RowPage<Element> {
        var found = found
        if sort.column != nil {
            found.sort { $0.position.precedes($1.position, descending: sort.isDescending) }
        }
        let page = found.prefix(limit)
        return RowPage(
            rows: page.map(\.row),
            next: found.count > limit ? page.last.map { Cursor(after: $0.position) } : nil
        )
    }
}
