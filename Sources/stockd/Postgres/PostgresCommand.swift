import ArgumentParser
import Postgres
import Service

struct PostgresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgres",
        abstract: "Makes, checks or removes the tables of the views in PostgreSQL.",
        discussion: """
            The daemon makes them by itself unless postgres.create is false.

            Example: stockd postgres init --config /etc/stockd/stockd.yaml --writer stockd | psql orders
            """,
        subcommands: [PostgresInit.self, PostgresCheck.self, PostgresDrop.self])
}

struct PostgresInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Prints the statements that make the schema and the tables, or runs them.",
        discussion: "Example: stockd postgres init --config /etc/stockd/stockd.yaml --writer stockd --reader grafana")

    @OptionGroup var options: ConfigurationOption

    @Option(help: "Also give this role the rights that the daemon needs; it must exist.")
    var writer: String?

    @Option(help: "Also give this role the right to read; may be repeated.")
    var reader: [String] = []

    @Flag(help: "Run the statements, as the user of postgres.url, instead of printing them.")
    var apply = false

    func run() throws {
        let configuration = try options.configuration(connecting: apply)
        let schema = configuration.postgresSchema
        let grants =
            (writer.map { schema.rights(ofWriter: $0) } ?? []) + reader.flatMap { schema.rights(ofReader: $0) }
        guard apply else {
            return PostgresStatements.show(schema.creation + schema.noting(configuration.viewsSource) + grants)
        }
        try configuration.withPostgres { (connection) throws(PostgresError) in
            try schema.create(connection, for: configuration.viewsSource)
            try connection.transaction { (connection) throws(PostgresError) in
                for grant in grants { try connection.run(grant) }
            }
        }
        print("the tables are in the schema \(schema.name)")
    }
}

struct PostgresCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks the server, the rights and the tables; exits with 78 on any mistake.",
        discussion: "Example: stockd postgres check --config /etc/stockd/stockd.yaml")

    @OptionGroup var options: ConfigurationOption

    func run() throws {
        try PostgresStatements.check(try options.configuration(connecting: true))
        print("PostgreSQL ok")
    }
}

struct PostgresDrop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Prints the statements that remove the tables, or runs them.",
        discussion: """
            A daemon that runs and may make tables makes and fills them again.

            Example: stockd postgres drop --config /etc/stockd/stockd.yaml --views --apply
            """)

    @OptionGroup var options: ConfigurationOption

    @Flag(help: "Only the views and what is known of their writers; alert_changes stays.")
    var views = false

    @Flag(help: "Run the statements, as the user of postgres.url, instead of printing them.")
    var apply = false

    func run() throws {
        let configuration = try options.configuration(connecting: apply)
        let schema = configuration.postgresSchema
        let statements = views ? schema.removalOfViews : schema.removal
        guard apply else { return PostgresStatements.show(statements) }
        try configuration.withPostgres { (connection) throws(PostgresError) in
            try connection.transaction { (connection) throws(PostgresError) in
                for statement in statements { try connection.run(statement) }
            }
        }
        print("\(views ? "the views are" : "everything of stockd's is") removed from the schema \(schema.name)")
    }
}

enum PostgresStatements {
    /// As a script for psql, one transaction.
    static func show(_ statements: [String]) {
        print((["BEGIN"] + statements + ["COMMIT"]).map { "\($0);" }.joined(separator: "\n"))
    }

    /// Prints every mistake, and exits with 78 on any.
    static func check(_ configuration: Configuration) throws {
        guard let settings = configuration.connectionSettings else { throw ConfigurationOption.noURL() }
        let problems: [String]
        do throws(PostgresError) {
            problems = try PostgresInspection.problems(configuration, settings)
        } catch {
            printError("postgres.url: \(error)")
            throw Exit.unavailable
        }
        guard problems.isEmpty else { throw ConfigurationOption.fail(problems) }
    }
}

extension ConfigurationOption {
    /// The configuration, which must name a server if one is to be connected to.
    fileprivate func configuration(connecting: Bool) throws -> Configuration {
        let (configuration, mistakes) = load()
        guard let configuration else { throw Self.fail(mistakes.map(\.description)) }
        if connecting, configuration.postgres.url == nil { throw Self.noURL() }
        return configuration
    }

    fileprivate static func noURL() -> ExitCode { fail(["postgres.url: is null; name the server there"]) }
}

extension Configuration {
    /// Runs a closure on a connection, and turns errors into exit codes.
    fileprivate func withPostgres(_ body: (Connection) throws(PostgresError) -> Void) throws {
        guard let settings = connectionSettings else { throw ConfigurationOption.noURL() }
        let connection: Connection
        do throws(PostgresError) {
            connection = try Connection(settings)
        } catch {
            printError("postgres.url: \(error)")
            throw Exit.unavailable
        }
        do throws(PostgresError) {
            try body(connection)
        } catch {
            printError("postgres.url: \(error)")
            throw error.needsOperator ? Exit.configuration : Exit.unavailable
        }
    }
}
