/// What the connected user may do.
extension Schema {
    /// Why the user cannot make the tables, without a full stop; nil when it can.
    public func problemWithCreating(_ connection: Connection) throws(PostgresError) -> String? {
        let found = try connection.run(
            """
            SELECT current_user, current_database(), n.oid IS NOT NULL,
                CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(current_database(), 'CREATE')
                    ELSE pg_catalog.has_schema_privilege(n.oid, 'CREATE') END
            FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1
            """, [.text(name)])
        guard let row = found.first, row[3] != "t" else { return nil }
        let user = Self.quoted(row[0] ?? "")
        if row[2] == "t" {
            return "the user \(row[0] ?? "") may not make tables in the schema \(name): GRANT CREATE ON SCHEMA "
                + "\(Self.quoted(name)) TO \(user)"
        }
        return "the user \(row[0] ?? "") may not make the schema \(name): GRANT CREATE ON DATABASE "
            + "\(Self.quoted(row[1] ?? "")) TO \(user)"
    }

    /// The rights on the tables that the user lacks, each a sentence.
    public func missingRights(_ connection: Connection) throws(PostgresError) -> [String] {
        let names = all.map { Self.literal($0.name) }.joined(separator: ", ")
        let found = try connection.run(
            """
            SELECT c.relname, current_user, string_agg(r, ', ')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r
            WHERE n.nspname = $1 AND c.relname IN (\(names)) AND NOT (
                pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, r))
            GROUP BY c.relname ORDER BY c.relname
            """, [.text(name)])
        return found.rows.map { row in
            "postgres.url: the user \(row[1] ?? "") lacks the right to \(row[2] ?? "") \(name).\(row[0] ?? ""): "
                + "`stockd postgres init --writer \(row[1] ?? "")` prints the statements that give it"
        }
    }
}
