/// The statements that make the tables.
extension Schema {
    /// The layout's version, which `source` holds.
    static let version: Int32 = 1

    /// The setting that a transaction makes to be let through by the tables' triggers.
    static let writerSetting = "stockd.writer"

    /// Makes what is missing. Each statement may be run again.
    public var creation: [String] {
        ["CREATE SCHEMA IF NOT EXISTS \(Self.quoted(name))", guardFunction]
            + all.flatMap { creation(of: $0) }
    }

    private func creation(of table: Table) -> [String] {
        let name = qualified(table.name)
        let columns = table.columns.map { column in
            "\(Self.quoted(column.name)) \(column.type.rawValue)\(column.isTextID ? " COLLATE \"C\"" : "")"
                + (column.isNullable ? "" : " NOT NULL")
        }
        let key = "PRIMARY KEY (\(Self.list(table.primaryKey)))"
        let indexes = table.indexes.map { index in
            let indexName = ([table.name] + index + ["idx"]).joined(separator: "_")
            return "CREATE INDEX IF NOT EXISTS \(Self.quoted(indexName)) ON \(name) (\(Self.list(index)))"
        }
        let comments = table.columns.map {
            "COMMENT ON COLUMN \(name).\(Self.quoted($0.name)) IS \(Self.literal($0.comment))"
        }
        return ["CREATE TABLE IF NOT EXISTS \(name) (\n    \((columns + [key]).joined(separator: ",\n    ")))"]
            + indexes + trigger(on: name)
            + ["COMMENT ON TABLE \(name) IS \(Self.literal(table.comment))"] + comments
    }

    static func list(_ columns: [String]) -> String { columns.map { quoted($0) }.joined(separator: ", ") }

    // MARK: The guard

    /// A change by hand would stay: stockd writes only what changes.
    private var guardFunction: String {
        """
        CREATE OR REPLACE FUNCTION \(qualified("refuse_change")) () RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF current_setting('\(Self.writerSetting)', true) IS DISTINCT FROM 'on' THEN
                RAISE EXCEPTION '%.% is kept by stockd and cannot be changed by hand', TG_TABLE_SCHEMA, TG_TABLE_NAME
                    USING ERRCODE = 'object_not_in_prerequisite_state',
                        HINT = 'Change the events or the reference data that it comes from.';
            END IF;
            RETURN NULL;
        END
        $body$
        """
    }

    private func trigger(on table: String) -> [String] {
        [
            "DROP TRIGGER IF EXISTS \(Self.guardName) ON \(table)",
            "CREATE TRIGGER \(Self.guardName) BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON \(table) "
                + "FOR EACH STATEMENT EXECUTE FUNCTION \(qualified("refuse_change")) ()",
        ]
    }

    static let guardName = "stockd_guard"

    // MARK: Rights

    /// What a role needs to keep the tables.
    public func rights(ofWriter role: String) -> [String] {
        rights("SELECT, INSERT, UPDATE, DELETE", on: all, role)
    }

    /// What a role needs to read what is meant for people.
    public func rights(ofReader role: String) -> [String] { rights("SELECT", on: views + [alertChanges], role) }

    private func rights(_ rights: String, on tables: [Table], _ role: String) -> [String] {
        let names = tables.map { qualified($0.name) }.joined(separator: ", ")
        return [
            "GRANT USAGE ON SCHEMA \(Self.quoted(name)) TO \(Self.quoted(role))",
            "GRANT \(rights) ON \(names) TO \(Self.quoted(role))",
        ]
    }

    // MARK: Removal

    /// Removes the views and what is known of their writers; `alert_changes` stays.
    public var removalOfViews: [String] {
        (views + [source, partitions, productPartitions]).map { "DROP TABLE IF EXISTS \(qualified($0.name))" }
    }

    /// Removes everything of stockd's, and the schema if nothing else is in it.
    public var removal: [String] {
        all.map { "DROP TABLE IF EXISTS \(qualified($0.name))" }
            + ["DROP FUNCTION IF EXISTS \(qualified("refuse_change")) ()"]
    }
}
