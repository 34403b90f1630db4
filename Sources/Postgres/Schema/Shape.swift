/// How the tables are in the database, compared with how they must be.
public struct Shape: Sendable {
    /// Tables that do not exist, or lack what only makes them safe or fast.
    public var missing: [String] = []
    /// What only a person can put right, each a sentence.
    public var problems: [String] = []
}

extension Schema {
    /// Looks at the tables.
    public func shape(_ connection: Connection) throws(PostgresError) -> Shape {
        let found = try connection.run(
            """
            SELECT c.relname, c.relkind, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_catalog.array_position(i.indkey::int2[], a.attnum),
                EXISTS (SELECT FROM pg_catalog.pg_trigger t
                    WHERE t.tgrelid = c.oid AND t.tgname = $2 AND t.tgenabled IN ('O', 'A'))
            FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 'I', 'S', 'c', 't')
            ORDER BY c.oid, a.attnum
            """, [.text(name), .text(Self.guardName)])
        let tables = Dictionary(grouping: found.rows) { $0[0] ?? "" }
        var shape = Shape()
        for table in all {
            guard let rows = tables[table.name] else {
                shape.missing.append(table.name)
                continue
            }
            shape.problems += problems(of: table, rows)
            if rows.contains(where: { $0[6] != "t" }) { shape.missing.append("the guard of \(table.name)") }
        }
        return shape
    }

    private func problems(of table: Table, _ rows: [[String?]]) -> [String] {
        let title = "\(name).\(table.name)"
        guard rows.allSatisfy({ $0[1] == "r" || $0[1] == "p" }) else {
            return ["\(title) is not a table; rename or drop it"]
        }
        var problems: [String] = []
        for column in table.columns {
            guard let row = rows.first(where: { $0[2] == column.name }) else {
                problems.append("\(title) has no column \(column.name)")
                continue
            }
            if row[3] != column.type.rawValue {
                problems.append(
                    "\(title).\(column.name) is of type \(row[3] ?? ""); it must be \(column.type.rawValue)")
            }
            if row[4] == "t", column.isNullable { problems.append("\(title).\(column.name) must allow null") }
        }
        let key = rows.filter { $0[5] != nil }.sorted { Int($0[5] ?? "") ?? 0 < Int($1[5] ?? "") ?? 0 }
        if key.map({ $0[2] ?? "" }) != table.primaryKey {
            problems.append("\(title) must have the primary key (\(table.primaryKey.joined(separator: ", ")))")
        }
        return problems
    }

    /// Changes whenever a table is made anew or changed. To be asked for while the tables are locked.
    static func fingerprint(_ found: Rows) -> String {
        (found.first ?? []).map { $0 ?? "" }.joined(separator: "/")
    }

    var fingerprintQuery: String {
        let names = (views + bookkeeping).map { Self.literal($0.name) }.joined(separator: ", ")
        return """
            WITH tables AS (
                SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(Self.literal(name)) AND c.relname IN (\(names)))
            SELECT
                (SELECT pg_catalog.md5(pg_catalog.string_agg(
                        pg_catalog.concat_ws(',', attrelid, attname, atttypid, atttypmod, attnotnull), ';'
                        ORDER BY attrelid, attnum))
                    FROM pg_catalog.pg_attribute
                    WHERE attrelid IN (TABLE tables) AND attnum > 0 AND NOT attisdropped),
                (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger
                    WHERE tgrelid IN (TABLE tables) AND tgname = '\(Self.guardName)' AND tgenabled IN ('O', 'A')),
                (SELECT pg_catalog.count(*) FROM pg_catalog.pg_index
                    WHERE indrelid IN (TABLE tables) AND indisprimary AND indisvalid)
            """
    }
}
