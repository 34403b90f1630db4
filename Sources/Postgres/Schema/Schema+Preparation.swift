/// Whose views the tables are. Another daemon's rows would replace them.
public struct ViewsSource: Equatable, Sendable {
    public var inputTopic: String
    public var groupID: String
    public var stateTopic: String
    public var keyedBy: String

    public init(inputTopic: String, groupID: String, stateTopic: String, keyedBy: String) {
        self.inputTopic = inputTopic
        self.groupID = groupID
        self.stateTopic = stateTopic
        self.keyedBy = keyedBy
    }

    /// What differs, as people read it.
    fileprivate func differences(from other: ViewsSource) -> String {
        [
            ("input.topic", inputTopic, other.inputTopic), ("kafka.group_id", groupID, other.groupID),
            ("state.topic", stateTopic, other.stateTopic), ("input.keyed_by", keyedBy, other.keyedBy),
        ].filter { $1 != $2 }.map { "\($0) \($1) instead of \($2)" }.joined(separator: ", ")
    }
}

extension Schema {
    /// The oldest server that is supported.
    static let oldestServer = 13

    /// Why a server cannot be used, as a sentence; nil when it can.
    public static func problem(with connection: Connection) -> String? {
        let version = connection.serverVersion / 10_000
        guard version >= oldestServer else {
            return "the server is PostgreSQL \(version); \(oldestServer) or later is needed"
        }
        let encoding = connection.parameter("server_encoding") ?? "unknown"
        guard encoding == "UTF8" else {
            return "the database's encoding is \(encoding), which cannot hold every name; create one with ENCODING "
                + "'UTF8'"
        }
        return nil
    }

    /// Checks the tables, and makes those that are missing if it may.
    public func prepare(
        _ connection: Connection, for source: ViewsSource, creates: Bool
    ) throws(PostgresError) {
        if let problem = Self.problem(with: connection) { throw PostgresError(refusal: problem) }
        if try !isWhole(connection) {
            guard creates else {
                throw PostgresError(
                    refusal: "the schema \(name) lacks tables and postgres.create is false: have `stockd postgres "
                        + "init --apply` make them")
            }
            try create(connection, for: source)
        }
        if let problem = try conflict(connection, with: source) { throw PostgresError(refusal: problem) }
    }

    private func isWhole(_ connection: Connection) throws(PostgresError) -> Bool {
        let shape = try shape(connection)
        guard shape.problems.isEmpty else { throw refusal(of: shape) }
        return shape.missing.isEmpty
    }

    private func refusal(of shape: Shape) -> PostgresError {
        PostgresError(
            refusal: shape.problems.joined(separator: "; ")
                + ". Put it right, or have `stockd postgres drop --apply` remove the tables: stockd makes them anew")
    }

    /// Makes what is missing, in one transaction. Two that try at once come one after the other.
    ///
    /// If a table was lost, the rows of the others cannot be told apart any more. So they are deleted, and every
    /// daemon fills the tables again.
    public func create(_ connection: Connection, for source: ViewsSource) throws(PostgresError) {
        try connection.transaction(lockTimeoutMs: 20_000) { (connection) throws(PostgresError) in
            try connection.run("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext($1))", [.text(name)])
            let found = try shape(connection)
            guard found.problems.isEmpty else { throw refusal(of: found) }
            let missing = Set(found.missing)
            guard !missing.isEmpty else { return }
            // A role may lack the right to make a schema that is already there.
            let schemas = try connection.run("SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", [.text(name)])
            for statement in schemas.rows.isEmpty ? creation : Array(creation.dropFirst()) {
                try connection.run(statement)
            }
            for group in [views + [partitions, productPartitions], [alertChanges, alertPositions]]
            where group.contains(where: { missing.contains($0.name) }) {
                for table in group { try connection.run("DELETE FROM \(qualified(table.name))") }
            }
            for statement in noting(source) { try connection.run(statement) }
        }
    }

    /// Writes whose views the tables hold, unless they say it already.
    public func noting(_ source: ViewsSource) -> [String] {
        let values = [source.inputTopic, source.groupID, source.stateTopic, source.keyedBy].map { Self.literal($0) }
        return [
            "SELECT pg_catalog.set_config('\(Self.writerSetting)', 'on', true)",
            "INSERT INTO \(qualified("source")) (version, input_topic, group_id, state_topic, keyed_by) "
                + "SELECT \(Self.version), \(values.joined(separator: ", ")) "
                + "WHERE NOT EXISTS (SELECT FROM \(qualified("source")))",
        ]
    }

    /// Why the tables are not those of this daemon, as a sentence; nil when they are.
    public func conflict(
        _ connection: Connection, with source: ViewsSource
    ) throws(PostgresError) -> String? {
        let found = try connection.run(
            "SELECT version, input_topic, group_id, state_topic, keyed_by FROM \(qualified("source"))")
        guard let row = found.first else {
            return "\(name).source has no row; have `stockd postgres init --apply` write it"
        }
        guard row[0] == "\(Self.version)" else {
            return "the tables' layout has version \(row[0] ?? ""), and this release of stockd knows \(Self.version): "
                + "run the release that made them, or remove them with `stockd postgres drop --apply`"
        }
        let other = ViewsSource(
            inputTopic: row[1] ?? "", groupID: row[2] ?? "", stateTopic: row[3] ?? "", keyedBy: row[4] ?? "")
        guard other != source else { return nil }
        return "the tables of the schema \(name) hold the views of another daemon, with "
            + "\(other.differences(from: source)). Set postgres.schema to another one, or remove those views with "
            + "`stockd postgres drop --views --apply`"
    }
}
