import Inventory
import Postgres
import PostgresSupport
import TestSupport
import Testing

/// Recomputes the views from the events by SQL alone, in the database that holds the tables, and compares.
struct Oracle {
    let connection: Connection
    let schema: Schema

    /// The oracle that was made on another connection.
    init(again connection: Connection, _ schema: Schema) {
        self.connection = connection
        self.schema = schema
    }

    init(_ connection: Connection, _ schema: Schema) throws {
        self.connection = connection
        self.schema = schema
        try connection.script(
            """
            CREATE SCHEMA oracle;
            CREATE TABLE oracle.events (product_id int, warehouse_id int, units bigint, event_time timestamptz);
            CREATE TABLE oracle.products (product_id int PRIMARY KEY, product_name text, category text, threshold int);
            CREATE TABLE oracle.warehouses (warehouse_id int PRIMARY KEY, warehouse_name text);
            CREATE TABLE oracle.thresholds (product_id int, warehouse_id int, own int, is_own boolean DEFAULT true);
            CREATE VIEW oracle.current_stock_levels AS
                SELECT product_id, product_name, category, warehouse_id, warehouse_name, sum(units)::bigint
                    AS current_stock, CASE WHEN is_own THEN own ELSE threshold END AS reorder_threshold,
                    max(event_time) AS last_updated, threshold AS of_product
                FROM oracle.events JOIN oracle.products USING (product_id) JOIN oracle.warehouses USING (warehouse_id)
                    LEFT JOIN oracle.thresholds USING (product_id, warehouse_id)
                GROUP BY product_id, product_name, category, warehouse_id, warehouse_name, threshold, own, is_own;
            CREATE VIEW oracle.low_stock_alerts AS
                SELECT *, reorder_threshold - current_stock AS units_below_threshold,
                    CASE WHEN current_stock = 0 THEN 'OUT_OF_STOCK'
                        WHEN 4 * current_stock <= reorder_threshold THEN 'CRITICAL'
                        WHEN 2 * current_stock <= reorder_threshold THEN 'LOW' ELSE 'WARNING' END AS alert_severity,
                    greatest(0, -current_stock) AS oversold_units
                FROM oracle.current_stock_levels WHERE current_stock < reorder_threshold;
            CREATE VIEW oracle.multi_warehouse_inventory AS
                SELECT *, CASE WHEN total_stock = 0 THEN 'OUT_OF_STOCK'
                        WHEN total_stock < reorder_threshold THEN 'REORDER_NOW'
                        WHEN total_stock < 2 * reorder_threshold THEN 'REORDER_SOON' ELSE 'HEALTHY' END
                    AS overall_status
                FROM (SELECT product_id, product_name, category, count(*) AS warehouse_count,
                        sum(current_stock)::bigint AS total_stock, min(current_stock) AS min_warehouse_stock,
                        max(current_stock) AS max_warehouse_stock, of_product AS reorder_threshold
                    FROM oracle.current_stock_levels
                    GROUP BY product_id, product_name, category, of_product) AS totals;
            """)
    }

    func add(_ events: [Shop.Event]) throws {
        var columns = [PostgresType.integer, .integer, .bigint, .timestamp].map { ArrayColumn($0) }
        for event in events {
            columns[0].append(event.product)
            columns[1].append(event.warehouse)
            columns[2].append(event.units)
            columns[3].append(Timestamp(microseconds: event.time))
        }
        try connection.run(
            "INSERT INTO oracle.events SELECT * FROM unnest($1, $2, $3, $4)", columns.map(\.parameter))
    }

    func replaceReference(_ catalog: Catalog) throws {
        try connection.script(
            "DELETE FROM oracle.products; DELETE FROM oracle.warehouses; DELETE FROM oracle.thresholds")
        for product in catalog.products.values {
            try connection.run(
                "INSERT INTO oracle.products VALUES ($1, nullif($2, ''), $3, nullif($4, '')::int)",
                [
                    .integer(product.id.rawValue), .text(product.name.string), .text(product.category.string),
                    .text(product.reorderThreshold.map { "\($0)" } ?? ""),
                ])
        }
        for warehouse in catalog.warehouses.values {
            try connection.run(
                "INSERT INTO oracle.warehouses VALUES ($1, $2)",
                [.integer(warehouse.id.rawValue), .text(warehouse.name.string)])
        }
        for row in catalog.thresholds.values {
            try connection.run(
                "INSERT INTO oracle.thresholds VALUES ($1, $2, nullif($3, '')::int)",
                [
                    .integer(row.id.product.rawValue), .integer(row.id.warehouse.rawValue),
                    .text(row.reorderThreshold.map { "\($0)" } ?? ""),
                ])
        }
    }

    /// Rows that only one of the two has, by view.
    func differences() throws -> [String] {
        var differences: [String] = []
        for table in schema.views {
            let columns = table.columns.map(\.name).filter { $0 != "since" && $0 != "incident" }.joined(
                separator: ", ")
            let own = "SELECT \(columns) FROM \(schema.qualified(table.name))"
            let expected = "SELECT \(columns) FROM oracle.\(table.name)"
            for (what, query) in [
                ("wrong", "(\(own)) EXCEPT ALL (\(expected))"), ("missing", "(\(expected)) EXCEPT ALL (\(own))"),
            ] {
                for row in try connection.run(query).rows.prefix(5) {
                    differences.append("\(table.name): \(what): \(row.map { $0 ?? "null" }.joined(separator: " | "))")
                }
            }
        }
        return differences
    }
}
