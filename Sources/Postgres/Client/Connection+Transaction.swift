extension Connection {
    /// Runs statements as one transaction. What a role or a database sets by default has no say in it, and every
    /// setting ends with it.
    ///
    /// After an error nothing is rolled back here: whoever gets it gives the connection up, and so the server does. If
    /// the commit fails, nobody knows whether it happened.
    /// - Parameter lockTimeoutMs: how long each lock may be waited for.
    @discardableResult
    public func transaction<R>(
        lockTimeoutMs: Int = 5_000, _ body: (Connection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        try transaction(
            "READ COMMITTED READ WRITE", [("lock_timeout", "\(lockTimeoutMs)"), (Schema.writerSetting, "on")], body)
    }

    /// Runs statements that all see the tables as of one moment, and can write nothing.
    public func snapshot<R>(_ body: (Connection) throws(PostgresError) -> R) throws(PostgresError) -> R {
        try transaction("REPEATABLE READ READ ONLY", [("lock_timeout", "5000")], body)
    }

    private func transaction<R>(
        _ kind: String, _ own: [(String, String)], _ body: (Connection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        let settings =
            [
                ("search_path", "pg_catalog, pg_temp"), ("statement_timeout", "50000"),
                ("idle_in_transaction_session_timeout", "50000"), ("jit", "off"), ("row_security", "off"),
            ] + own
        let calls = settings.map { "pg_catalog.set_config('\($0)', '\($1)', true)" }
        try queue("BEGIN ISOLATION LEVEL \(kind)")
        try queue("SELECT \(calls.joined(separator: ", "))")
        do throws(PostgresError) {
            let result = try body(self)
            try run("COMMIT")
            return result
        } catch {
            clearQueue()
            throw error
        }
    }
}
