extension Configuration {
    public struct Postgres: Equatable, Sendable {
        /// Nil: no tables.
        public var url: String?
        public var password: Secret?
        public var schema: String
        public var interval: Duration
        public var create: Bool

        init(_ read: inout Reading) {
            read.section("postgres", "The views as tables in a PostgreSQL server, version 13 or later.")
            url = read(
                "postgres.url", Kind.postgresURL.orNull, default: "null",
                """
                The server, as a connection string or URI of libpq with all its means (sslmode, several hosts,
                a service file), but without a password. For instance
                postgresql://stockd@db.example.org/orders?sslmode=verify-full
                Null: no tables.
                """)
            password = read(
                "postgres.password", Kind.secret("a password").orNull, default: "null", secret: true,
                "The user's password. Null: by libpq's own means, such as PGPASSFILE, or none.")
            schema = read(
                "postgres.schema", .postgresSchema, default: "stockd",
                "The schema of the tables. Each consumer group needs one of its own.")
            interval = read(
                "postgres.interval", .duration(.milliseconds(10) ... .seconds(60)), default: "100ms",
                "The tables are written at most this often.")
            create = read(
                "postgres.create", .boolean, default: "true",
                """
                Make the schema and the tables if they are missing. False: "stockd postgres init" makes them, with
                the rights that the user then lacks.
                """)
        }
    }
}
