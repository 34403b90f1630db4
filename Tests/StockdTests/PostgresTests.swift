import Foundation
import Postgres
import PostgresSupport
import TestSupport
import Testing

@Suite("The daemon and PostgreSQL", .blocking)
struct PostgresTests {
    private static func site(_ stem: String, _ url: String, settings: String = "") throws -> Site {
        try Site(
            stem, partitions: 2,
            settings: """
                alerts: {topic: NAME-alerts}
                state: {topic: NAME-state}
                postgres:
                  url: "\(url)"
                \(settings)
                """, keyedBy: "product")
    }

    /// The stock by the key of its messages.
    private static func stock(_ connection: Connection) throws -> [String: Int64] {
        let found = try connection.run(
            """
            SELECT format('{"product_id":%s,"warehouse_id":%s}', product_id, warehouse_id), current_stock
            FROM stockd.current_stock_levels
            """)
        return Dictionary(uniqueKeysWithValues: found.rows.map { ($0[0] ?? "", Int64($0[1] ?? "") ?? 0) })
    }

    @Test("the tables follow the events without HTTP, also after kill -9 and while PostgreSQL was away")
    func follow() throws {
        let server = try TestServer()
        let site = try Self.site("tables", server.url())
        defer { site.close() }
        let orders = Shop.orders(3_000, seed: SeededRandom.runSeed)
        let sender = try Sender(site, orders) { $0.product % 2 }
        var daemon = try site.run()
        for (part, range) in [0..<1_000, 1_000..<2_000, 2_000..<3_000].enumerated() {
            try sender.send(range.count)
            if part == 1 {
                daemon.send(SIGKILL)
                _ = try daemon.exitCode()
                daemon = try site.run()
            }
            if part == 2 {
                server.crash()
                usleep(500_000)
                try server.start()
            }
            let expected = Recomputation(Array(orders[..<range.upperBound])).stock
            let connection = try server.connect()
            waitUntil(within: 60) { try Self.stock(connection) == expected }
            #expect(try Self.stock(connection) == expected, "part \(part): \(daemon.text)")
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test("check --connect names what is wrong with PostgreSQL, and what would be right")
    func check() throws {
        let server = try TestServer.shared.get()
        let database = try server.makeDatabase()
        let admin = try server.connect(database)
        let role = "poor_\(database)"
        try admin.run("CREATE ROLE \(role) LOGIN")
        let site = try Self.site("check-tables", server.url(database, user: role))
        defer { site.close() }
        func check(_ variables: [String: String] = [:]) throws -> (code: Int32, text: String) {
            try site.result(of: ["check", "--connect"], variables)
        }
        var found = try check()
        #expect(found.code == 78 && found.text.contains("GRANT CREATE ON DATABASE"), "\(found)")
        found = try check(["STOCKD_POSTGRES_CREATE": "false"])
        #expect(found.code == 78 && found.text.contains("stockd postgres init --apply"), "\(found)")
        found = try check(["STOCKD_POSTGRES_URL": "host=127.0.0.1 port=1 dbname=x"])
        #expect(found.code == 69 && found.text.contains("postgres.url: "), "\(found)")
        found = try check(["STOCKD_POSTGRES_URL": "postgresql://me:hunter2@localhost/x"])
        #expect(found.code == 78 && found.text.contains("must not hold a password"), "\(found)")
        #expect(!found.text.contains("hunter2"))
        // An administrator makes the tables, and later somebody changes one.
        let script = try site.result(of: ["postgres", "init", "--writer", role])
        #expect(script.code == 0)
        try admin.script(script.text)
        found = try check(["STOCKD_POSTGRES_CREATE": "false"])
        #expect(found.code == 0 && found.text.contains("PostgreSQL ok"), "\(found)")
        try admin.run("REVOKE INSERT ON stockd.partitions FROM \(role)")
        try admin.run("ALTER TABLE stockd.low_stock_alerts ALTER incident TYPE integer")
        found = try site.result(of: ["postgres", "check"])
        #expect(found.code == 78 && found.text.contains("lacks the right to INSERT stockd.partitions"), "\(found)")
        #expect(found.text.contains("low_stock_alerts.incident is of type integer; it must be bigint"), "\(found)")
        #expect(found.text.contains("2 mistakes"))
    }

    @Test("init and drop make and remove the tables")
    func commands() throws {
        let server = try TestServer.shared.get()
        let database = try server.makeDatabase()
        let site = try Self.site("init-tables", server.url(database))
        defer { site.close() }
        let connection = try server.connect(database)
        func tables() throws -> Int {
            try connection.run("SELECT FROM pg_class WHERE relnamespace = to_regnamespace('stockd') AND relkind = 'r'")
                .rows.count
        }
        #expect(try site.result(of: ["postgres", "init", "--apply"]).code == 0)
        #expect(try tables() == 9)
        #expect(try site.result(of: ["postgres", "drop", "--views"]).text.contains("DROP TABLE IF EXISTS"))
        #expect(try tables() == 9)
        #expect(try site.result(of: ["postgres", "drop", "--views", "--apply"]).code == 0)
        #expect(try tables() == 3)
        #expect(try site.result(of: ["postgres", "drop", "--apply"]).code == 0)
        #expect(try tables() == 0)
        let none = try site.result(of: ["postgres", "check"], ["STOCKD_POSTGRES_URL": "null"])
        #expect(none.code == 78 && none.text.contains("postgres.url: is null"), "\(none)")
    }
}
