import Inventory

/// The statements that write the views, by what they do. Each takes arrays, one for each column.
struct ViewStatements {
    /// Takes a lock that changes of the tables' shape wait for, and says what their shape is.
    let lock: String
    /// Into tables that hold nothing yet, in a third less of the server's time than rows of arrays take.
    let copyStock: String
    let copyAlerts: String
    let copyRollup: String
    /// Only rows that differ: a row that was deleted and came back the same costs nothing.
    let upsertStock: String
    let upsertAlerts: String
    let deleteStock: String
    let deleteAlerts: String
    /// Deletes the rows of some products that are not among the keys: products, then the keys' columns.
    let deleteOtherStock: String
    let deleteOtherAlerts: String
    /// Brings the rollup of products up to date: ids, names, categories, thresholds.
    let upsertRollup: String
    /// Deletes the rollup of products that have no row any more.
    let deleteRollup: String
    /// Notes which partition products are of: ids, the partition.
    let claimProducts: String
    let releaseProducts: String
    /// A product of some that another shard shows: ids, the shard's own partitions.
    let foreignProduct: String
    /// Deletes the rows of products of a shard that are not among some: the shard's partitions, ids.
    let deleteLostProducts: [String]
    let isEmpty: String

    init(_ schema: Schema) {
        let (stock, alerts, rollup) = (schema.stock, schema.alerts, schema.rollup)
        let owners = schema.qualified(schema.productPartitions.name)
        let names = (schema.views + schema.bookkeeping).map { schema.qualified($0.name) }
        lock = "LOCK TABLE \(names.joined(separator: ", ")) IN ROW EXCLUSIVE MODE"
        copyStock = schema.copy(stock)
        copyAlerts = schema.copy(alerts)
        copyRollup = schema.copy(rollup)
        upsertStock = schema.upsert(stock, Self.unnest(stock))
        upsertAlerts = schema.upsert(alerts, Self.unnest(alerts))
        deleteStock = schema.delete(stock)
        deleteAlerts = schema.delete(alerts)
        deleteOtherStock = schema.deleteOthers(stock)
        deleteOtherAlerts = schema.deleteOthers(alerts)
        upsertRollup = schema.upsert(rollup, Self.rollup(of: schema.qualified(stock.name)))
        let hasNoRow =
            "NOT EXISTS (SELECT FROM \(schema.qualified(stock.name)) AS s WHERE s.product_id = t.product_id)"
        deleteRollup = """
            DELETE FROM \(schema.qualified(rollup.name)) AS t USING unnest($1) AS n (product_id)
            WHERE t.product_id = n.product_id AND \(hasNoRow)
            """
        releaseProducts = """
            DELETE FROM \(owners) AS t USING unnest($1) AS n (product_id)
            WHERE t.product_id = n.product_id AND \(hasNoRow)
            """
        claimProducts = """
            INSERT INTO \(owners) AS t (product_id, partition)
            SELECT n.product_id, $2 FROM unnest($1) AS n (product_id)
            ON CONFLICT (product_id) DO UPDATE SET partition = excluded.partition
            WHERE t.partition <> excluded.partition
            """
        foreignProduct = """
            SELECT t.product_id, t.partition FROM unnest($1) AS n (product_id)
                JOIN \(owners) AS t ON t.product_id = n.product_id
            WHERE t.partition <> ALL ($2) LIMIT 1
            """
        deleteLostProducts =
            [stock, alerts, rollup].map { table in
                """
                DELETE FROM \(schema.qualified(table.name)) AS t USING \(owners) AS o
                WHERE o.product_id = t.product_id AND o.partition = ANY ($1)
                    AND NOT EXISTS (SELECT FROM unnest($2) AS n (product_id) WHERE n.product_id = o.product_id)
                """
            } + [
                """
                DELETE FROM \(owners) AS o WHERE o.partition = ANY ($1)
                    AND NOT EXISTS (SELECT FROM unnest($2) AS n (product_id) WHERE n.product_id = o.product_id)
                """
            ]
        isEmpty = "SELECT NOT EXISTS (SELECT FROM \(owners))"
    }

    /// Rows from arrays, one for each column.
    private static func unnest(_ table: Table) -> String {
        let parameters = table.columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        return "unnest(\(parameters)) AS n (\(Schema.list(table.columns.map(\.name))))"
    }

    /// The rollup of products, from their rows.
    private static func rollup(of stock: String) -> String {
        """
        (SELECT p.product_id, p.product_name, p.category, r.warehouse_count, r.total_stock, r.min_warehouse_stock,
            r.max_warehouse_stock, p.reorder_threshold,
            CASE WHEN r.total_stock = 0 THEN '\(OverallStatus.outOfStock.name)'
                WHEN r.total_stock < p.reorder_threshold THEN '\(OverallStatus.reorderNow.name)'
                WHEN r.total_stock < 2 * p.reorder_threshold::bigint THEN '\(OverallStatus.reorderSoon.name)'
                ELSE '\(OverallStatus.healthy.name)' END AS overall_status
        FROM unnest($1, $2, $3, $4) AS p (product_id, product_name, category, reorder_threshold)
            CROSS JOIN LATERAL (
                SELECT count(*) AS warehouse_count, sum(s.current_stock)::bigint AS total_stock,
                    min(s.current_stock) AS min_warehouse_stock, max(s.current_stock) AS max_warehouse_stock
                FROM \(stock) AS s WHERE s.product_id = p.product_id) AS r
        WHERE r.warehouse_count > 0) AS n
        """
    }
}

extension Schema {
    fileprivate func copy(_ table: Table) -> String {
        "COPY \(qualified(table.name)) (\(Self.list(table.columns.map(\.name)))) FROM STDIN (FORMAT binary)"
    }

    fileprivate func insert(_ table: Table, _ rows: String) -> String {
        let columns = Self.list(table.columns.map(\.name))
        return "INSERT INTO \(qualified(table.name)) AS t (\(columns)) SELECT \(columns) FROM \(rows)"
    }

    fileprivate func upsert(_ table: Table, _ rows: String) -> String {
        let key = Self.list(table.primaryKey)
        let old = table.values.map { "t.\(Self.quoted($0))" }.joined(separator: ", ")
        let new = table.values.map { "excluded.\(Self.quoted($0))" }.joined(separator: ", ")
        return """
            \(insert(table, rows))
            ON CONFLICT (\(key)) DO UPDATE SET (\(Self.list(table.values))) = (\(new))
            WHERE (\(old)) IS DISTINCT FROM (\(new))
            """
    }

    fileprivate func delete(_ table: Table) -> String {
        """
        DELETE FROM \(qualified(table.name)) AS t USING unnest($1, $2) AS n (\(Self.list(table.primaryKey)))
        WHERE \(Self.isSameKey(table, "n"))
        """
    }

    fileprivate func deleteOthers(_ table: Table) -> String {
        """
        DELETE FROM \(qualified(table.name)) AS t WHERE t.product_id = ANY ($1)
            AND NOT EXISTS (SELECT FROM unnest($2, $3) AS n (\(Self.list(table.primaryKey)))
                WHERE \(Self.isSameKey(table, "n")))
        """
    }

    private static func isSameKey(_ table: Table, _ other: String) -> String {
        table.primaryKey.map { "t.\(quoted($0)) = \(other).\(quoted($0))" }.joined(separator: " AND ")
    }
}
