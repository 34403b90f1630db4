import Inventory
import Pipeline

/// Writes one shard's rows inside a transaction.
struct ShardWriter {
    private let connection: Connection
    private let schema: Schema
    private let statements: ViewStatements
    private let ids: IDs
    private let shard: WorkerSnapshot.Shard
    private var batch: ViewBatch
    /// Products whose rollup has changed; with a row that was not there before.
    private var touched: Set<ProductID> = []
    private var gained: Set<ProductID> = []
    private var hasLost = false
    /// Rows that were copied, and the statements that write or delete others.
    private var copied = 0
    private var sent: [Queued] = []

    /// Says how many rows were written or deleted, in all three tables, once everything was sent.
    var rows: () -> Int { { [copied, sent] in sent.reduce(copied) { $0 + $1.rows.affected } } }

    init(
        _ connection: Connection, _ schema: Schema, _ statements: ViewStatements, _ ids: IDs,
        _ shard: WorkerSnapshot.Shard
    ) {
        self.connection = connection
        self.schema = schema
        self.statements = statements
        self.ids = ids
        self.shard = shard
        batch = ViewBatch(schema, ids)
    }

    // MARK: The difference

    /// Writes what differs from an older snapshot, which the tables hold.
    mutating func writeDifference(from old: WorkerSnapshot.Shard) throws(PostgresError) {
        let shard = shard
        try shard.forEachDifference(from: old) { (old, new, shown) throws(PostgresError) in
            let hadAlert = old?.severity != nil
            touched.insert(shown.pair.product)
            if let new {
                try batch.append(new, shown, hadAlert: hadAlert)
                if old == nil { gained.insert(shown.pair.product) }
            } else {
                batch.remove(shown.pair, hadAlert: hadAlert)
                hasLost = true
            }
            if batch.count >= ViewBatch.rowsAtOnce { try flushDifference() }
        }
        try flushDifference()
        try write(rollupOf: touched.sorted())
        try claim(gained.sorted())
    }

    private mutating func flushDifference() throws(PostgresError) {
        if batch.goneStock.count > 0 { try run(statements.deleteStock, batch.goneStock.parameters) }
        if batch.goneAlerts.count > 0 { try run(statements.deleteAlerts, batch.goneAlerts.parameters) }
        try write(batch.stock, statements.upsertStock)
        try write(batch.alerts, statements.upsertAlerts)
        batch.removeAll()
    }

    // MARK: The whole

    /// Writes everything into tables that held nothing of any shard when the transaction began.
    mutating func fillEmpty() throws(PostgresError) {
        let (shard, ids, order) = (shard, ids, shard.order)
        // First, since a product that another shard has, too, is refused in words only here.
        var products: [ProductID] = []
        try shard.forEachRow(in: order) { (row, _) throws(PostgresError) in
            if row.product.id != products.last { products.append(row.product.id) }
        }
        try claim(products)
        var stock = try RowCopy(connection, statements.copyStock, batch.stock)
        try shard.forEachRow(in: order) { (row, _) throws(PostgresError) in
            ViewBatch.append(row, ids, to: &stock.columns)
            try stock.endRow()
        }
        copied += try stock.finish()
        var alerts = try RowCopy(connection, statements.copyAlerts, batch.alerts)
        try shard.forEachRow(in: order) { (row, shown) throws(PostgresError) in
            guard row.severity != nil else { return }
            try ViewBatch.append(alert: row, shown, ids, to: &alerts.columns)
            try alerts.endRow()
        }
        copied += try alerts.finish()
        try copyRollup(order)
    }

    private mutating func copyRollup(_ order: [UInt32]) throws(PostgresError) {
        let ids = ids
        var rollup = try RowCopy(connection, statements.copyRollup, schema.rollup.columns.map { ArrayColumn($0.type) })
        var own: [StockRow] = []
        func endProduct() throws(PostgresError) {
            guard let row = RollupRow(own) else { return }
            try ViewBatch.append(row, ids, to: &rollup.columns)
            try rollup.endRow()
            own.removeAll(keepingCapacity: true)
        }
        try shard.forEachRow(in: order) { (row, _) throws(PostgresError) in
            if let product = own.last?.product.id, product != row.product.id { try endProduct() }
            own.append(row)
        }
        try endProduct()
        copied += try rollup.finish()
    }

    /// Writes everything, whatever the tables hold of the shard's partitions.
    mutating func fill() throws(PostgresError) {
        var products: [ProductID] = []
        var all = ArrayColumn(batch.stock[0].type)
        let (shard, order) = (shard, shard.order)
        try shard.forEachRow(in: order) { (row, shown) throws(PostgresError) in
            if row.product.id != products.last {
                if batch.count >= ViewBatch.rowsAtOnce { try flushFill(&products) }
                products.append(row.product.id)
                all.append(row.product.id, ids)
            }
            try batch.append(row, shown, hadAlert: false)
        }
        try flushFill(&products)
        for statement in statements.deleteLostProducts { try run(statement, [ownPartitions, all.parameter]) }
        try connection.flushQueue()
    }

    /// Writes the rows of whole products.
    private mutating func flushFill(_ products: inout [ProductID]) throws(PostgresError) {
        let column = column(of: products).parameter
        for (statement, keys) in [
            (statements.deleteOtherStock, [batch.stock[0], batch.stock[3]]),
            (statements.deleteOtherAlerts, [batch.alerts[0], batch.alerts[3]]),
        ] {
            try run(statement, [column] + keys.map(\.parameter))
        }
        try write(batch.stock, statements.upsertStock)
        try write(batch.alerts, statements.upsertAlerts)
        try write(rollupOf: products)
        try claim(products)
        batch.removeAll()
        products.removeAll()
    }

    // MARK: Products

    /// Brings the rollup up to date; call it when the products' rows are written.
    private mutating func write(rollupOf products: [ProductID]) throws(PostgresError) {
        for part in Self.parts(of: products) {
            let known = part.compactMap { shard.catalog.product($0) }
            var columns = [batch.stock[0], batch.stock[1], batch.stock[2], batch.stock[6]].map { ArrayColumn($0.type) }
            for product in known {
                columns[0].append(product.id, ids)
                columns[1].append(label: product.name)
                columns[2].append(label: product.category)
                if let threshold = product.reorderThreshold {
                    columns[3].append(threshold)
                } else {
                    columns[3].appendNull()
                }
            }
            if !known.isEmpty { try run(statements.upsertRollup, columns.map(\.parameter)) }
            guard hasLost else { continue }
            let lost = column(of: part).parameter
            try run(statements.deleteRollup, [lost])
            try connection.queue(statements.releaseProducts, [lost])
        }
    }

    /// Notes that products are of this shard, unless another one shows them.
    private mutating func claim(_ products: [ProductID]) throws(PostgresError) {
        for part in Self.parts(of: products) {
            let column = column(of: part).parameter
            let other = try connection.run(statements.foreignProduct, [column, ownPartitions])
            if let row = other.first {
                throw PostgresError(
                    refusal: "product \(row[0] ?? "") is in the partitions \(row[1] ?? "") and "
                        + "\(shard.positions[0].partition.rawValue) of the input, though input.keyed_by says product: "
                        + "have the producers key their events by product_id. If the product has moved from one to "
                        + "the other for good, have `stockd postgres drop --views --apply` forget where it was")
            }
            try connection.queue(statements.claimProducts, [column, .integer(shard.positions[0].partition.rawValue)])
        }
    }

    private static func parts(of products: [ProductID]) -> [ArraySlice<ProductID>] {
        stride(from: 0, to: products.count, by: ViewBatch.rowsAtOnce).map {
            products[$0...].prefix(ViewBatch.rowsAtOnce)
        }
    }

    private func column(of products: some Sequence<ProductID>) -> ArrayColumn {
        var column = ArrayColumn(batch.stock[0].type)
        for product in products { column.append(product, ids) }
        return column
    }

    private var ownPartitions: Parameter {
        var column = ArrayColumn(.integer)
        for position in shard.positions { column.append(position.partition.rawValue) }
        return column.parameter
    }

    private mutating func write(_ columns: [ArrayColumn], _ statement: String) throws(PostgresError) {
        if columns[0].count > 0 { try run(statement, columns.map(\.parameter)) }
    }

    private mutating func run(_ statement: String, _ parameters: [Parameter]) throws(PostgresError) {
        sent.append(try connection.queue(statement, parameters))
    }
}
