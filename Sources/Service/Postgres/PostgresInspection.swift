public import Postgres

/// What `check --connect` and `stockd postgres check` find in PostgreSQL.
public enum PostgresInspection {
    /// Everything that would keep the daemon from writing the tables, each a sentence.
    /// - Throws: when the server cannot be reached.
    public static func problems(
        _ configuration: Configuration, _ settings: ConnectionSettings
    ) throws(PostgresError) -> [String] {
        let connection = try Connection(settings)
        if let problem = Schema.problem(with: connection) { return ["postgres.url: \(problem)"] }
        let schema = configuration.postgresSchema
        let shape = try schema.shape(connection)
        var problems = shape.problems.map {
            "\($0). Put it right, or remove the tables with `stockd postgres drop --apply`"
        }
        if !shape.missing.isEmpty {
            if configuration.postgres.create {
                if let problem = try schema.problemWithCreating(connection) {
                    problems.append(
                        "postgres.create: \(problem), or have `stockd postgres init --apply` make the tables")
                }
            } else {
                problems.append(
                    "postgres.create: is false, and the schema \(schema.name) lacks "
                        + "\(shape.missing.joined(separator: ", ")): have `stockd postgres init --apply` make them")
            }
        }
        problems += try schema.missingRights(connection)
        if shape.missing.isEmpty, problems.isEmpty,
            let problem = try schema.conflict(connection, with: configuration.viewsSource)
        {
            problems.append("postgres.schema: \(problem)")
        }
        return problems
    }
}
