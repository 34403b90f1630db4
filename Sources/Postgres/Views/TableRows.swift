public import Inventory
import Wire

/// The tables' rows as of one moment, as texts that can be compared: what the views should be at `positions`.
///
/// `since` and `incident` are not among them: the log of the input does not say them.
public struct TableRows: Sendable {
    /// How far the rows are, by input partition.
    public private(set) var positions: [Partition: Offset] = [:]
    /// Of `current_stock_levels`, by the pair's ids.
    public var stock: [String: String] = [:]
    /// Of `low_stock_alerts`, by the pair's ids.
    public var alerts: [String: String] = [:]
    /// Of `multi_warehouse_inventory`, by the product's id.
    public var rollup: [String: String] = [:]
    /// In each partition of the alert topic, from its first row how far `alert_changes` is. People may delete the rows
    /// before that.
    public private(set) var alertRanges: [Int32: Range<Int64>] = [:]

    private static let rowsAtOnce = 5_000

    /// Reads them; the user needs the right to read all tables of the schema.
    public init(_ connection: Connection, _ schema: Schema, alertTopic: String) throws(PostgresError) {
        self = try connection.snapshot { (connection) throws(PostgresError) in
            var rows = TableRows()
            let positions = try connection.run(
                "SELECT partition, position FROM \(schema.qualified(schema.partitions.name)) WHERE write > 0")
            for row in positions.rows {
                guard let partition = row[0].flatMap({ Int32($0) }), let offset = row[1].flatMap({ Int64($0) })
                else { continue }
                rows.positions[Partition(partition)] = Offset(offset)
            }
            rows.stock = try Self.read(schema.stock, connection, schema)
            rows.alerts = try Self.read(schema.alerts, connection, schema)
            rows.rollup = try Self.read(schema.rollup, connection, schema)
            let alerts = try connection.run(
                """
                SELECT p.partition, p.next, min(c.topic_offset)
                FROM \(schema.qualified(schema.alertPositions.name)) AS p
                    JOIN \(schema.qualified(schema.alertChanges.name)) AS c ON c.topic_partition = p.partition
                WHERE p.topic = $1 GROUP BY p.partition, p.next
                """, [.text(alertTopic)])
            for row in alerts.rows {
                guard let partition = row[0].flatMap({ Int32($0) }), let next = row[1].flatMap({ Int64($0) }),
                    let first = row[2].flatMap({ Int64($0) }), first < next
                else { continue }
                rows.alertRanges[partition] = first..<next
            }
            return rows
        }
    }

    private init() {}

    private static func read(
        _ table: Table, _ connection: Connection, _ schema: Schema
    ) throws(PostgresError) -> [String: String] {
        let columns = table.columns.filter { !["since", "incident"].contains($0.name) }
        let selected = columns.map { column in
            let name = Schema.quoted(column.name)
            return column.type == .timestamp
                ? Self.microseconds(name) : name
        }
        try connection.script(
            "DECLARE audit NO SCROLL CURSOR FOR SELECT \(selected.joined(separator: ", ")) "
                + "FROM \(schema.qualified(table.name))")
        var rows: [String: String] = [:]
        while true {
            let found = try connection.script("FETCH \(rowsAtOnce) FROM audit")
            if found.rows.isEmpty { break }
            for row in found.rows {
                let cells = zip(columns, row).map { text($1, $0.type) }
                let key = zip(columns, cells).filter { table.primaryKey.contains($0.0.name) }.map(\.1)
                rows[key.joined(separator: ", ")] = cells.joined(separator: ", ")
            }
        }
        try connection.script("CLOSE audit")
        return rows
    }

    /// Exact in PostgreSQL 13, too, whose `extract` gives a double.
    private static func microseconds(_ column: String) -> String {
        "CASE WHEN isfinite(\(column)) THEN extract(epoch FROM date_trunc('second', \(column)))::bigint * 1000000 "
            + "+ extract(microseconds FROM \(column))::bigint % 1000000 END"
    }

    private static func text(_ cell: String?, _ type: PostgresType) -> String {
        guard let cell else { return "null" }
        switch type {
        case .text: return quoted(cell)
        case .timestamp: return Int64(cell).map { text(Timestamp(microseconds: $0)) } ?? cell
        case .integer, .bigint: return cell
        }
    }

    private static func text(_ time: Timestamp) -> String { RFC3339.string(time) }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    // MARK: What a row should be

    /// The key of a row and its text.
    public typealias Expected = (key: String, text: String)

    public static func stock(_ row: StockRow, _ ids: IDs) -> Expected {
        let (product, warehouse) = (id(row.product.id, ids), id(row.warehouse.id, ids))
        let cells = [
            product, label(row.product.name), label(row.product.category), warehouse, label(row.warehouse.name),
            "\(row.currentStock)", row.reorderThreshold.map { "\($0)" } ?? "null", text(row.lastUpdated),
        ]
        return ("\(product), \(warehouse)", cells.joined(separator: ", "))
    }

    /// Nil for a row that does not alert.
    public static func alert(_ row: StockRow, _ ids: IDs) -> Expected? {
        guard let severity = row.severity else { return nil }
        let stock = stock(row, ids)
        let cells = [stock.text, "\(row.unitsBelowThreshold ?? 0)", quoted(severity.name), "\(row.oversoldUnits)"]
        return (stock.key, cells.joined(separator: ", "))
    }

    public static func rollup(_ row: RollupRow, _ ids: IDs) -> Expected {
        let product = id(row.product.id, ids)
        let cells = [
            product, label(row.product.name), label(row.product.category), "\(row.warehouseCount)",
            "\(row.totalStock)", "\(row.minWarehouseStock)", "\(row.maxWarehouseStock)",
            row.product.reorderThreshold.map { "\($0)" } ?? "null", quoted(row.status.name),
        ]
        return (product, cells.joined(separator: ", "))
    }

    private static func id(_ id: ProductID, _ ids: IDs) -> String {
        ids.product == .text ? quoted(ids.string(id)) : "\(id.rawValue)"
    }

    private static func id(_ id: WarehouseID, _ ids: IDs) -> String {
        ids.warehouse == .text ? quoted(ids.string(id)) : "\(id.rawValue)"
    }

    /// An empty label is null, and PostgreSQL has no U+0000.
    private static func label(_ text: Text) -> String {
        text.isEmpty ? "null" : quoted(text.string.replacing("\0", with: "\u{FFFD}"))
    }
}
