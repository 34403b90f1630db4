import Foundation
import Postgres
import PostgresSupport
import TestSupport
import Testing

@Suite("Clients of the tables", .blocking)
struct SQLClientTests {
    private static let clients = Repository.root.appending(path: "Tests/StockdTests/SQL/Clients").path

    /// The USB-C cables of the tutorial day, as both clients print them.
    private static let cables = [
        "West Coast Hub 13 2026-03-30T15:30:00", "Central Warehouse 5 2026-03-30T12:00:00",
    ]

    @Test("psql describes every table and column, and what is shown by SELECT *")
    func psql() throws {
        let tables = try TutorialTables("psql")
        defer { tables.close() }
        let text = try tables.psql(["\\d+ stockd.*"])
        for table in ["current_stock_levels", "low_stock_alerts", "multi_warehouse_inventory", "alert_changes"] {
            #expect(text.contains("Table \"stockd.\(table)\""))
        }
        #expect(text.contains("| Units in stock; negative when more were shipped than received"))
        #expect(text.contains("\"alert_changes_pkey\" PRIMARY KEY, btree (topic_partition, topic_offset)"))
        let header = try tables.psql(["SELECT * FROM stockd.low_stock_alerts LIMIT 0"], flags: ["--csv"])
        #expect(
            header.trimmingCharacters(in: .newlines)
                == "product_id,product_name,category,warehouse_id,warehouse_name,current_stock,reorder_threshold,"
                + "last_updated,units_below_threshold,alert_severity,oversold_units,since,incident")
        let changed = #expect(throws: Failure.self) {
            try tables.psql(["UPDATE stockd.current_stock_levels SET current_stock = 0"])
        }
        #expect(changed?.description.contains("current_stock_levels is kept by stockd") == true)
    }

    @Test("psycopg reads rows, and hears of an alert change at the commit that makes its row visible")
    func psycopg() throws {
        let tables = try TutorialTables("psycopg")
        defer { tables.close() }
        let python = Repository.root.appending(path: ".build/test-tools/bin/python").path
        let program = try Program(python, ["\(Self.clients)/tables.py", tables.server.url(tables.database)])
        defer { program.remove() }
        try eventually("it listens") { () -> Void? in
            guard program.isRunning else { throw Failure(program.text) }
            return program.text.contains("listening") ? () : nil
        }
        try tables.sendNextDay()
        #expect(try program.exitCode() == 0, "\(program.text)")
        let lines = program.text.split(separator: "\n").map(String.init)
        #expect(
            lines == Self.cables.map { $0 + "+00:00 CRITICAL" } + [
                "listening", "RESOLVED 3 1 115", "RESOLVED 115",
            ])
    }

    @Test("JDBC sees the columns with their types, and binds parameters")
    func jdbc() throws {
        let server = try TestServer(port: 20_000 + Int(getpid()) % 10_000)
        defer { server.stop() }
        let tables = try TutorialTables("jdbc", server: server)
        defer { tables.close() }
        let text = try TutorialTables.output(
            "/usr/bin/java",
            [
                "-cp", "/usr/share/java/postgresql.jar", "\(Self.clients)/Tables.java",
                "jdbc:postgresql://127.0.0.1:\(server.port ?? 0)/\(tables.database)?user=postgres",
                "current_stock_levels,multi_warehouse_inventory,alert_changes",
            ])
        let lines = text.split(separator: "\n").map(String.init)
        #expect(Array(lines.prefix(3)) == Self.columns.split(separator: "\n").map(String.init))
        #expect(Array(lines.dropFirst(3)) == Self.cables.map { $0 + "Z CRITICAL" } + ["336"])
    }

    private static let columns = """
        current_stock_levels: product_id=int4 product_name=text category=text warehouse_id=int4 warehouse_name=text \
        current_stock=int8 reorder_threshold=int4 last_updated=timestamptz
        multi_warehouse_inventory: product_id=int4 product_name=text category=text warehouse_count=int8 \
        total_stock=int8 min_warehouse_stock=int8 max_warehouse_stock=int8 reorder_threshold=int4 overall_status=text
        alert_changes: topic_partition=int4 topic_offset=int8 committed_at=timestamptz change=text product_id=int4 \
        product_name=text category=text warehouse_id=int4 warehouse_name=text current_stock=int8 \
        reorder_threshold=int4 last_updated=timestamptz units_below_threshold=int8 alert_severity=text \
        previous_severity=text previous_oversold_units=int8 oversold_units=int8 since=timestamptz incident=int8 \
        source_partition=int4 source_offset=int8
        """
}
