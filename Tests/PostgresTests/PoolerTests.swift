import PostgresSupport
import TestSupport
import Testing

@testable import Postgres

@Suite("Behind a pooler in transaction mode", .blocking)
struct PoolerTests {
    @Test("writers, a reader and a client that leaves settings behind share one session of the server")
    func sharedSession() throws {
        let server = try TestServer.shared.get()
        let pooler = try Pooler(server)
        let day = try BadDay(server, pooler: pooler)
        let changes = AlertChangeTable(day.shop.schema, topic: "alerts", writer: "one")
        let writer = try Connection(ConnectionSettings(url: pooler.url(day.database)))
        #expect(try changes.open(writer) != nil)
        #expect(try changes.begin(at: [0: 0], writer))
        let other = try Connection(ConnectionSettings(url: pooler.url(day.database)))
        for setting in [
            "search_path = nowhere", "default_transaction_isolation = serializable", "TimeZone = 'Asia/Tokyo'",
            "DateStyle = 'German'", "bytea_output = escape", "jit = on", "lock_timeout = 1", "statement_timeout = 1",
            "row_security = off", "standard_conforming_strings = off",
        ] {
            try other.script("SET \(setting)")
            try day.go()
            // A time-out of a millisecond may hit the statement that sets another one, again and again on a busy
            // machine. What is cancelled is tried again, as in the daemon.
            try day.check("\(setting)")
            #expect(try untilPassed { try changes.renew(writer) }, "\(setting)")
            try untilPassed { try other.script("RESET ALL") }
        }
        #expect(day.watch.count > 0)
    }

    @discardableResult
    private func untilPassed<T>(_ body: () throws -> T) throws -> T {
        for _ in 0..<1_000 {
            do { return try body() } catch let error as PostgresError where error.sqlState == "57014" { continue }
        }
        return try body()
    }

    @Test("a pooler that goes away and comes back, or that loses its session of the server, costs freshness alone")
    func lostSessions() throws {
        let server = try TestServer.shared.get()
        let pooler = try Pooler(server)
        let day = try BadDay(server, pooler: pooler)
        for _ in 0..<3 {
            try day.go()
            try server.connect().run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [.text(day.database)])
            try day.check()
        }
        pooler.stop()
        try day.go()
        #expect(!day.shop.writer.writeNow())
        try pooler.start()
        try day.check()
    }
}
