import Inventory
import Wire

/// Rows on their way to the tables, column by column.
struct ViewBatch {
    /// The keys of rows that are no more.
    struct Keys {
        var products: ArrayColumn
        var warehouses: ArrayColumn
        var count: Int { products.count }
        var parameters: [Parameter] { [products.parameter, warehouses.parameter] }

        fileprivate mutating func append(_ pair: Pair, _ ids: IDs) {
            products.append(pair.product, ids)
            warehouses.append(pair.warehouse, ids)
        }
    }

    /// Enough that a statement costs little beside its rows; few enough that they take little memory.
    static let rowsAtOnce = 10_000

    private let ids: IDs
    /// By column of each table; a row of `low_stock_alerts` is a row of `current_stock_levels`, too.
    private(set) var stock: [ArrayColumn]
    private(set) var alerts: [ArrayColumn]
    private(set) var goneStock: Keys
    private(set) var goneAlerts: Keys

    init(_ schema: Schema, _ ids: IDs) {
        self.ids = ids
        stock = schema.stock.columns.map { ArrayColumn($0.type) }
        alerts = schema.alerts.columns.map { ArrayColumn($0.type) }
        goneStock = Keys(products: stock[0], warehouses: stock[3])
        goneAlerts = goneStock
    }

    var count: Int { stock[0].count + goneStock.count }

    /// Adds a pair's row, and takes away what it had before.
    mutating func append(_ row: StockRow, _ shown: ShownEntry, hadAlert: Bool) throws(PostgresError) {
        Self.append(row, ids, to: &stock)
        if row.severity != nil {
            try Self.append(alert: row, shown, ids, to: &alerts)
        } else if hadAlert {
            goneAlerts.append(row.pair, ids)
        }
    }

    mutating func remove(_ pair: Pair, hadAlert: Bool) {
        goneStock.append(pair, ids)
        if hadAlert { goneAlerts.append(pair, ids) }
    }

    /// A row of `current_stock_levels`.
    static func append(_ row: StockRow, _ ids: IDs, to columns: inout [ArrayColumn]) {
        columns[0].append(row.product.id, ids)
        columns[1].append(label: row.product.name)
        columns[2].append(label: row.product.category)
        columns[3].append(row.warehouse.id, ids)
        columns[4].append(label: row.warehouse.name)
        columns[5].append(row.currentStock)
        columns[6].append(row.reorderThreshold)
        columns[7].append(row.lastUpdated)
    }

    /// A row of `low_stock_alerts`.
    static func append(
        alert row: StockRow, _ shown: ShownEntry, _ ids: IDs, to columns: inout [ArrayColumn]
    ) throws(PostgresError) {
        guard let units = Int64(exactly: row.unitsBelowThreshold ?? 0),
            let oversold = Int64(exactly: row.oversoldUnits)
        else {
            throw PostgresError(
                refusal: "the stock of product \(ids.string(row.product.id)) in warehouse "
                    + "\(ids.string(row.warehouse.id)) is \(row.currentStock), and the units below its threshold do "
                    + "not fit a bigint")
        }
        append(row, ids, to: &columns)
        columns[8].append(units)
        columns[9].append(word: row.severity?.name ?? "")
        columns[10].append(oversold)
        columns[11].append(shown.since)
        columns[12].append(Int64(shown.incident))
    }

    /// A row of `multi_warehouse_inventory`.
    static func append(_ row: RollupRow, _ ids: IDs, to columns: inout [ArrayColumn]) throws(PostgresError) {
        guard let total = Int64(exactly: row.totalStock) else {
            throw PostgresError(
                refusal: "the stock of product \(ids.string(row.product.id)) is \(row.totalStock) in all warehouses, "
                    + "which does not fit a bigint")
        }
        columns[0].append(row.product.id, ids)
        columns[1].append(label: row.product.name)
        columns[2].append(label: row.product.category)
        columns[3].append(Int64(row.warehouseCount))
        columns[4].append(total)
        columns[5].append(row.minWarehouseStock)
        columns[6].append(row.maxWarehouseStock)
        columns[7].append(row.product.reorderThreshold)
        columns[8].append(word: row.status.name)
    }

    mutating func removeAll() {
        for index in stock.indices { stock[index].removeAll() }
        for index in alerts.indices { alerts[index].removeAll() }
        goneStock.products.removeAll()
        goneStock.warehouses.removeAll()
        goneAlerts.products.removeAll()
        goneAlerts.warehouses.removeAll()
    }
}

extension ArrayColumn {
    mutating func append(_ product: ProductID, _ ids: IDs) {
        if let text = ids.text(product) { append(text) } else { append(product.rawValue) }
    }

    mutating func append(_ warehouse: WarehouseID, _ ids: IDs) {
        if let text = ids.text(warehouse) { append(text) } else { append(warehouse.rawValue) }
    }

    fileprivate mutating func append(_ number: Int32?) {
        if let number { append(number) } else { appendNull() }
    }

    fileprivate mutating func append(word: String) {
        var word = word
        word.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
}
