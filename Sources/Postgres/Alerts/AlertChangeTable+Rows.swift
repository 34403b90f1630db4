/// From the messages' JSON to rows: the server takes it apart.
extension AlertChangeTable {
    /// The channel of the notifications.
    public static let channel = "stockd_alerts"

    /// PostgreSQL takes no longer payload.
    private static let payloadLimit = 7_999

    /// The rows of messages. The parameters are arrays: partition, offset, timestamp, key, value. Without a value the
    /// alert is over, and the key has its ids.
    private static func rows(_ table: Table) -> (message: String, selection: String) {
        (
            """
            message AS (
                SELECT partition, position, at, key, coalesce(value, key) AS value
                FROM unnest($1, $2, $3, $4, $5) AS message (partition, position, at, key, value))
            """,
            """
            SELECT \(table.columns.map { value(of: $0) }.joined(separator: ", "))
            FROM message CROSS JOIN LATERAL json_to_record(value::json) AS field (\(fields(table)))
            """
        )
    }

    /// The messages of a stretch of a partition whose row is missing or differs, and the rows that are none of them.
    /// After the messages come the partition, the first offset, and the offset behind the last.
    static func comparison(_ schema: Schema) -> String {
        let table = schema.alertChanges
        let rows = rows(table)
        let columns = Schema.list(table.columns.map(\.name))
        func all(_ name: String) -> String {
            table.columns.map { "\(name).\(Schema.quoted($0.name))" }.joined(separator: ", ")
        }
        return """
            WITH \(rows.message), expected (\(columns)) AS (\(rows.selection)), found AS (
                SELECT \(columns) FROM \(schema.qualified(table.name))
                WHERE topic_partition = $6 AND topic_offset >= $7 AND topic_offset < $8)
            SELECT coalesce(e.topic_offset, f.topic_offset), f.topic_offset IS NULL, e.topic_offset IS NULL
            FROM expected AS e FULL JOIN found AS f ON e.topic_offset = f.topic_offset
            WHERE (\(all("e"))) IS DISTINCT FROM (\(all("f"))) ORDER BY 1
            """
    }

    static func insertion(_ schema: Schema) -> String {
        let table = schema.alertChanges
        let rows = rows(table)
        return """
            WITH \(rows.message), written AS (
                INSERT INTO \(schema.qualified(table.name)) (\(Schema.list(table.columns.map(\.name))))
                \(rows.selection))
            SELECT count(pg_notify('\(channel)', CASE
                WHEN octet_length(payload) <= \(payloadLimit) THEN payload
                ELSE prefix || substr(key, 2, length(key) - 2) || ',"truncated":true}' END))
            FROM (
                SELECT key, prefix, prefix || substr(value, 2) AS payload
                FROM message CROSS JOIN LATERAL format(
                    '{"topic_partition":%s,"topic_offset":%s,', partition, position) AS prefix
                ORDER BY partition, position
            ) AS notification
            """
    }

    /// The members of a message, as the server reads them.
    private static func fields(_ table: Table) -> String {
        let members = table.columns.map(\.name).filter {
            !["topic_partition", "topic_offset", "committed_at"].contains($0)
        }
        let names = members.filter { !$0.hasPrefix("source_") } + ["source"]
        return names.map { "\(Schema.quoted($0)) \($0 == "source" ? "json" : "text")" }.joined(separator: ", ")
    }

    private static func value(of column: Table.Column) -> String {
        switch column.name {
        case "topic_partition": "partition"
        case "topic_offset": "position"
        case "committed_at": "at"
        case "source_partition": "(field.source ->> 'partition')::integer"
        case "source_offset": "(field.source ->> 'offset')::bigint"
        default:
            switch column.type {
            case .text: "field.\(Schema.quoted(column.name))"
            case .integer: "field.\(Schema.quoted(column.name))::integer"
            // Three members can be greater than a bigint by a little.
            case .bigint: bigint("field.\(Schema.quoted(column.name))")
            case .timestamp: instant("field.\(Schema.quoted(column.name))")
            }
        }
    }

    private static func bigint(_ text: String) -> String {
        "CASE WHEN \(text)::numeric > \(Int64.max) THEN \(Int64.max) ELSE \(text)::bigint END"
    }

    /// Outside the years 0001 to 9999 PostgreSQL writes a year otherwise, and beyond its range only infinity is left.
    private static func instant(_ text: String) -> String {
        let year = "substring(\(text) FROM '^[+-]?[0-9]+')::integer"
        let rest = "substring(\(text) FROM '^[+-]?[0-9]+(-.*)$')"
        return """
            CASE WHEN \(text) ~ '^[0-9]{4}-' AND \(text) NOT LIKE '0000-%' OR \(year) IS NULL THEN \(text)::timestamptz
                WHEN \(year) > 294276 THEN 'infinity' WHEN \(year) < -4711 THEN '-infinity'
                WHEN \(year) > 0 THEN (\(year) || \(rest))::timestamptz
                ELSE (lpad((1 - \(year))::text, 4, '0') || \(rest) || ' BC')::timestamptz END
            """
    }
}
