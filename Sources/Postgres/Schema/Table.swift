public import Inventory

/// A table that stockd keeps.
public struct Table: Sendable {
    public struct Column: Sendable {
        public var name: String
        public var type: PostgresType
        public var isNullable = false
        /// An id that is a text: ordered by its bytes, as everywhere in stockd.
        var isTextID = false
        public var comment: String
    }

    public var name: String
    public var columns: [Column]
    public var primaryKey: [String]
    /// The columns of each further index.
    var indexes: [[String]] = []
    public var comment: String

    /// The columns that are not part of the key.
    var values: [String] { columns.map(\.name).filter { !primaryKey.contains($0) } }
}

/// The tables of a schema: what they are called and how they are made.
public struct Schema: Sendable {
    /// As the configuration has it, unquoted.
    public let name: String
    let product: IDKind
    let warehouse: IDKind

    public init(_ name: String, _ ids: IDs) { self.init(name, product: ids.product, warehouse: ids.warehouse) }

    init(_ name: String, product: IDKind, warehouse: IDKind) {
        self.name = name
        self.product = product
        self.warehouse = warehouse
    }

    /// A name of a table, an index or a function, with the schema's and quoted.
    public func qualified(_ table: String) -> String { "\(Self.quoted(name)).\(Self.quoted(table))" }

    /// An identifier as SQL takes it, whatever is in it.
    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// A string literal, whatever is in it and whatever `standard_conforming_strings` says.
    static func literal(_ text: String) -> String {
        let quoted = text.replacing("'", with: "''")
        return text.contains("\\") ? " E'\(quoted.replacing("\\", with: "\\\\"))'" : "'\(quoted)'"
    }

    public var all: [Table] { views + [alertChanges] + bookkeeping }

    /// The three views.
    public var views: [Table] { [stock, alerts, rollup] }

    /// What stockd needs to keep the others, not meant for people.
    var bookkeeping: [Table] { [source, partitions, productPartitions, alertPositions, alertWriter] }

    // MARK: Columns

    private func id(_ name: String, _ kind: IDKind, _ comment: String) -> Table.Column {
        Table.Column(name: name, type: kind == .text ? .text : .integer, isTextID: kind == .text, comment: comment)
    }

    private var productID: Table.Column { id("product_id", product, "The product") }

    private static func column(
        _ name: String, _ type: PostgresType, _ comment: String, isNullable: Bool = false
    ) -> Table.Column {
        Table.Column(name: name, type: type, isNullable: isNullable, comment: comment)
    }

    private static let productName = column("product_name", .text, "Its name", isNullable: true)
    private static let category = column("category", .text, "Its category", isNullable: true)
    private static let threshold = column(
        "reorder_threshold", .integer, "Stock below this alerts; null never does", isNullable: true)

    private var stockColumns: [Table.Column] {
        [
            productID, Self.productName, Self.category, id("warehouse_id", warehouse, "The warehouse"),
            Self.column("warehouse_name", .text, "Its name", isNullable: true),
            Self.column("current_stock", .bigint, "Units in stock; negative when more were shipped than received"),
            Self.threshold,
            Self.column("last_updated", .timestamp, "The newest event_time of its events"),
        ]
    }

    // MARK: The views

    var stock: Table {
        Table(
            name: "current_stock_levels", columns: stockColumns, primaryKey: ["product_id", "warehouse_id"],
            indexes: [["warehouse_id"]],
            comment: "The stock of each product in each warehouse, kept by stockd")
    }

    var alerts: Table {
        Table(
            name: "low_stock_alerts",
            columns: stockColumns + [
                Self.column("units_below_threshold", .bigint, "reorder_threshold minus current_stock"),
                Self.column("alert_severity", .text, "OUT_OF_STOCK, CRITICAL, LOW or WARNING"),
                Self.column("oversold_units", .bigint, "Units shipped that were never in stock"),
                Self.column("since", .timestamp, "last_updated when the incident began"),
                Self.column("incident", .bigint, "The incident's number; each pair has its own count"),
            ],
            primaryKey: ["product_id", "warehouse_id"], indexes: [["warehouse_id"], ["alert_severity"]],
            comment: "The pairs whose stock is below their threshold, kept by stockd")
    }

    var rollup: Table {
        Table(
            name: "multi_warehouse_inventory",
            columns: [
                productID, Self.productName, Self.category,
                Self.column("warehouse_count", .bigint, "Warehouses that have a row in current_stock_levels"),
                Self.column("total_stock", .bigint, "Units in all of them"),
                Self.column("min_warehouse_stock", .bigint, "Units in the one with the fewest"),
                Self.column("max_warehouse_stock", .bigint, "Units in the one with the most"),
                Self.threshold,
                Self.column("overall_status", .text, "OUT_OF_STOCK, REORDER_NOW, REORDER_SOON or HEALTHY"),
            ],
            primaryKey: ["product_id"],
            comment: "The stock of each product over all warehouses, kept by stockd")
    }

    /// The messages of the alert topic.
    public var alertChanges: Table {
        func nullable(_ column: Table.Column) -> Table.Column {
            var column = column
            column.isNullable = true
            return column
        }
        let key = ["product_id", "warehouse_id"]
        return Table(
            name: "alert_changes",
            columns: [
                Self.column("topic_partition", .integer, "The partition of the alert topic"),
                Self.column("topic_offset", .bigint, "The message's offset in it"),
                Self.column("committed_at", .timestamp, "The message's timestamp: when stockd published the change"),
                Self.column(
                    "change", .text, "RAISED, ESCALATED, EASED, UPDATED or RESOLVED; null with alerts.format: upsert",
                    isNullable: true),
            ] + stockColumns.map { key.contains($0.name) ? $0 : nullable($0) } + [
                Self.column(
                    "units_below_threshold", .bigint, "reorder_threshold minus current_stock", isNullable: true),
                Self.column("alert_severity", .text, "Null when the alert is over", isNullable: true),
                Self.column("previous_severity", .text, "The severity before", isNullable: true),
                Self.column("previous_oversold_units", .bigint, "The oversold units before", isNullable: true),
                Self.column("oversold_units", .bigint, "Units shipped that were never in stock", isNullable: true),
                Self.column("since", .timestamp, "last_updated when the incident began", isNullable: true),
                Self.column("incident", .bigint, "The incident's number", isNullable: true),
                Self.column(
                    "source_partition", .integer, "Where the newest event that shaped it is in the input topic",
                    isNullable: true),
                Self.column("source_offset", .bigint, "And at which offset", isNullable: true),
            ],
            primaryKey: ["topic_partition", "topic_offset"],
            indexes: [["product_id", "warehouse_id", "committed_at"], ["committed_at"]],
            comment: "Every message of the alert topic, exactly once, kept by stockd")
    }

    // MARK: Bookkeeping

    var source: Table {
        Table(
            name: "source",
            columns: [
                Self.column("version", .integer, "The version of these tables' layout"),
                Self.column("input_topic", .text, "input.topic"),
                Self.column("group_id", .text, "kafka.group_id"),
                Self.column("state_topic", .text, "state.topic"),
                Self.column("keyed_by", .text, "input.keyed_by"),
            ],
            primaryKey: ["version"],
            comment: "Whose views these tables are: one row, of stockd's own use")
    }

    var partitions: Table {
        Table(
            name: "partitions",
            columns: [
                Self.column("partition", .integer, "The partition of the input topic"),
                Self.column("writer", .text, "The process that writes its rows"),
                Self.column("term", .bigint, "Grows with each owner: the end of the state log as the owner began"),
                Self.column("write", .bigint, "Grows with each transaction that wrote its rows"),
                Self.column("position", .bigint, "The next input offset: the rows hold every event before it"),
                Self.column("written_at", .timestamp, "When its rows were last written"),
            ],
            primaryKey: ["partition"],
            comment: "How far the views are, and who writes them: of stockd's own use")
    }

    var productPartitions: Table {
        Table(
            name: "product_partitions",
            columns: [
                productID,
                Self.column("partition", .integer, "The first input partition of the rows' owner"),
            ],
            primaryKey: ["product_id"], indexes: [["partition"]],
            comment: "Which partition a product's rows are of: of stockd's own use")
    }

    /// How far `alert_changes` is.
    public var alertPositions: Table {
        Table(
            name: "alert_positions",
            columns: [
                Self.column("topic", .text, "The alert topic"),
                Self.column("partition", .integer, "Its partition"),
                Self.column("next", .bigint, "The next offset to write"),
                Self.column(
                    "committed_at", .timestamp, "The timestamp of the last message written", isNullable: true),
            ],
            primaryKey: ["topic", "partition"],
            comment: "How far alert_changes is: of stockd's own use")
    }

    /// Which process writes `alert_changes`.
    var alertWriter: Table {
        Table(
            name: "alert_writer",
            columns: [
                Self.column("topic", .text, "The alert topic"),
                Self.column("writer", .text, "The process that writes alert_changes"),
                Self.column("leased_until", .timestamp, "When another may take its place"),
            ],
            primaryKey: ["topic"],
            comment: "Which process writes alert_changes: of stockd's own use")
    }
}
