public import GRDB
import TestSupport

/// Computes in SQL what stockd computes: an event table, three reference tables and three views, written from
/// the description of the views alone. Instants are microseconds, a type's sign is a CASE, and a primary key
/// rejects duplicates.
public struct SQLOracle {
    public let db: Database

    private static let schema = """
        CREATE TABLE products (
          product_id INTEGER PRIMARY KEY, product_name TEXT, category TEXT, reorder_threshold INTEGER);
        CREATE TABLE warehouses (warehouse_id INTEGER PRIMARY KEY, warehouse_name TEXT);
        CREATE TABLE thresholds (
          product_id INTEGER, warehouse_id INTEGER, reorder_threshold INTEGER, PRIMARY KEY (product_id, warehouse_id));
        CREATE TABLE order_events (
          input_partition INTEGER, event_id INTEGER, event_type TEXT, product_id INTEGER,
          warehouse_id INTEGER, quantity INTEGER, event_time INTEGER,
          PRIMARY KEY (input_partition, event_id));
        CREATE TABLE inventory_alerts (key TEXT PRIMARY KEY, value TEXT);
        CREATE TABLE stock_topic (key TEXT PRIMARY KEY, value TEXT);
        CREATE TABLE rollup_topic (key TEXT PRIMARY KEY, value TEXT);

        CREATE VIEW movements AS
          SELECT product_id, warehouse_id, event_time,
            CASE event_type WHEN 'RECEIVED' THEN quantity WHEN 'RETURNED' THEN quantity
              WHEN 'SHIPPED' THEN -quantity ELSE 0 END AS units
          FROM order_events;

        CREATE VIEW current_stock_levels AS
          SELECT p.product_id, p.product_name, p.category, w.warehouse_id, w.warehouse_name,
            SUM(m.units) AS current_stock,
            CASE WHEN t.product_id IS NULL THEN p.reorder_threshold ELSE t.reorder_threshold END
              AS reorder_threshold,
            MAX(m.event_time) AS last_updated, p.reorder_threshold AS of_product
          FROM movements m
          JOIN products p ON p.product_id = m.product_id
          JOIN warehouses w ON w.warehouse_id = m.warehouse_id
          LEFT JOIN thresholds t ON t.product_id = m.product_id AND t.warehouse_id = m.warehouse_id
          GROUP BY p.product_id, w.warehouse_id;

        CREATE VIEW low_stock_alerts AS
          SELECT *, reorder_threshold - current_stock AS units_below_threshold,
            CASE WHEN current_stock = 0 THEN 'OUT_OF_STOCK'
              WHEN 4 * current_stock <= reorder_threshold THEN 'CRITICAL'
              WHEN 2 * current_stock <= reorder_threshold THEN 'LOW'
              ELSE 'WARNING' END AS alert_severity,
            max(0, -current_stock) AS oversold_units,
            CASE WHEN current_stock < 0 THEN 'OVERSOLD' WHEN current_stock = 0 THEN 'OUT_OF_STOCK'
              WHEN 4 * current_stock <= reorder_threshold THEN 'CRITICAL'
              WHEN 2 * current_stock <= reorder_threshold THEN 'LOW'
              ELSE 'WARNING' END AS alert_level
          FROM current_stock_levels WHERE current_stock < reorder_threshold;

        CREATE VIEW multi_warehouse_inventory AS
          SELECT product_id, product_name, category, COUNT(*) AS warehouse_count,
            SUM(current_stock) AS total_stock, MIN(current_stock) AS min_warehouse_stock,
            MAX(current_stock) AS max_warehouse_stock, of_product AS reorder_threshold,
            CASE WHEN SUM(current_stock) = 0 THEN 'OUT_OF_STOCK'
              WHEN SUM(current_stock) < of_product THEN 'REORDER_NOW'
              WHEN SUM(current_stock) < 2 * of_product THEN 'REORDER_SOON'
              ELSE 'HEALTHY' END AS overall_status
          FROM current_stock_levels GROUP BY product_id;
        """

    public static let stockColumns = [
        "product_id", "product_name", "category", "warehouse_id", "warehouse_name", "current_stock",
        "reorder_threshold", "last_updated",
    ]
    public static let alertColumns =
        stockColumns + ["units_below_threshold", "alert_severity", "oversold_units"]
    /// Not a column of a message, but derived: its severity, or `OVERSOLD` when it has oversold units.
    public static let level = "alert_level"
    public static let rollupColumns = [
        "product_id", "product_name", "category", "warehouse_count", "total_stock", "min_warehouse_stock",
        "max_warehouse_stock", "reorder_threshold", "overall_status",
    ]

    public init(_ db: Database, _ ids: OracleIDs = OracleIDs()) throws {
        self.db = db
        try db.execute(sql: ids.schema(Self.schema))
    }

    /// Keeps the newest message of each key, as compaction does; nil deletes it.
    public func publish(to topic: String, key: String, value: String?) throws {
        if let value {
            try run("INSERT OR REPLACE INTO \(topic) VALUES (?, ?)", [key, value])
        } else {
            try run("DELETE FROM \(topic) WHERE key = ?", [key])
        }
    }

    /// A view's rows, one `exact` line each, in order.
    public func rows(of view: String, _ columns: [String]) throws -> [String] {
        let values = columns.map { $0 == "last_updated" ? Self.instant : $0 }
        return try lines(values, from: view)
    }

    /// The rows that a topic's messages hold, in the same form.
    public func rows(published topic: String, _ columns: [String]) throws -> [String] {
        let values = columns.map {
            $0 == Self.level
                ? "iif(json_extract(value, '$.oversold_units') > 0, 'OVERSOLD', "
                    + "json_extract(value, '$.alert_severity'))"
                : "json_extract(value, '$.\($0)')"
        }
        return try lines(values, from: topic)
    }

    private func lines(_ values: [String], from table: String) throws -> [String] {
        let line = values.map { "ifnull(\($0), 'NULL')" }.joined(separator: " || '|' || ")
        let statement = try db.cachedStatement(sql: "SELECT \(line) FROM \(table)")
        return try String.fetchAll(statement).map(\.exact).sorted()
    }

    public func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// `last_updated` as RFC 3339 writes it, with no fraction where there is none.
    private static let instant = """
        strftime('%Y-%m-%dT%H:%M:%S', last_updated / 1000000, 'unixepoch') || CASE \
        WHEN last_updated % 1000000 = 0 THEN '' \
        ELSE rtrim(printf('.%06d', last_updated % 1000000), '0') END || 'Z'
        """

    /// Fills the tables with these rows.
    public func fill(_ tables: [ModelDatabase.Table: [Int64: [String]]]) throws {
        func literals(_ row: some Sequence<String>) -> String {
            row.map(OracleIDs.literal).joined(separator: ",")
        }
        for row in (tables[.events] ?? [:]).values {
            try db.execute(sql: "INSERT INTO order_events VALUES (0,\(literals(row)))")
        }
        for row in (tables[.products] ?? [:]).values {
            try db.execute(sql: "INSERT INTO products VALUES (\(literals(row)))")
        }
        for row in (tables[.warehouses] ?? [:]).values {
            try db.execute(sql: "INSERT INTO warehouses VALUES (\(literals(row.prefix(2))))")
        }
        for row in (tables[.thresholds] ?? [:]).values {
            try db.execute(sql: "INSERT INTO thresholds VALUES (\(literals(row)))")
        }
    }
}
