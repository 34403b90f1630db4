import Foundation
import Inventory
import PostgresSupport
import TestSupport
import Testing

@testable import Postgres

/// What happens to servers. After each the tables are the views again, and no reader has seen half a commit.
@Suite("On a bad day", .blocking)
struct BadDayTests {
    private static func shared() throws -> BadDay { try BadDay(try TestServer.shared.get()) }

    private static let stockd =
        "datname = current_database() AND application_name = 'stockd' AND pid <> pg_backend_pid()"

    // MARK: Sessions

    @Test("the writer may be cut off at any statement, and the process killed with it")
    func cuts() throws {
        let day = try Self.shared()
        // A sequence counts on whatever is rolled back; at the chosen statement the session ends itself.
        try day.run(
            """
            CREATE SEQUENCE oracle.statements;
            CREATE TABLE oracle.cut (number bigint);
            CREATE FUNCTION oracle.cut () RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
                IF nextval('oracle.statements') = (SELECT max(number) FROM oracle.cut) THEN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                END IF;
                RETURN NULL;
            END $body$
            """)
        for table in day.shop.schema.views + day.shop.schema.bookkeeping {
            try day.run(
                """
                CREATE TRIGGER cut AFTER INSERT OR UPDATE OR DELETE ON \(day.shop.schema.qualified(table.name))
                FOR EACH STATEMENT EXECUTE FUNCTION oracle.cut ()
                """)
        }
        var cuts = 0
        for round in 0..<32 {
            try day.go()
            if round % 2 == 1 { day.restart() }
            try day.run(
                """
                TRUNCATE oracle.cut; INSERT INTO oracle.cut SELECT last_value + 1 + \(round / 2) FROM oracle.statements
                """)
            if !day.shop.writer.writeNow() { cuts += 1 }
            if round % 4 > 1 { day.restart() }
            try day.check("round \(round)")
        }
        #expect(cuts >= 15)
        #expect(day.watch.count > 20)
    }

    @Test("an administrator may end the session")
    func endedSession() throws {
        let day = try Self.shared()
        for _ in 0..<3 {
            try day.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE \(Self.stockd)")
            try day.go()
            try day.check()
        }
        #expect(day.shop.log.lines.contains { $0.contains("cannot be written, trying again") })
        #expect(day.shop.log.lines.last?.contains("are written again outage_ms=") == true)
    }

    @Test("a lock that is held on a table costs freshness alone")
    func lock() throws {
        let day = try Self.shared()
        let holder = try day.server.connect(day.database)
        try holder.script("BEGIN; LOCK TABLE stockd.low_stock_alerts IN ACCESS EXCLUSIVE MODE")
        try day.go()
        #expect(!day.shop.writer.writeNow())
        #expect(day.shop.telemetry.counts.isRefused == false)
        try holder.script("COMMIT")
        try day.check()
    }

    @Test("a role with odd settings writes the same rows")
    func oddRole() throws {
        let server = try TestServer.shared.get()
        let database = try server.makeDatabase()
        let role = "odd_\(database)"
        let admin = try server.connect(database)
        try admin.script("CREATE ROLE \(role) LOGIN; GRANT CREATE ON DATABASE \(database) TO \(role)")
        for setting in [
            "TimeZone = 'Pacific/Apia'", "search_path = 'nowhere'", "DateStyle = 'German'", "jit_above_cost = 0",
            "default_transaction_isolation = 'serializable'",
            "default_transaction_deferrable = on", "standard_conforming_strings = off", "lock_timeout = '1ms'",
            "client_min_messages = debug1", "enable_indexscan = off",
        ] {
            try admin.run("ALTER ROLE \(role) SET \(setting)")
        }
        let day = try BadDay(server, user: role, database: database)
        try day.go()
        try day.check()
    }

    // MARK: Tables

    @Test(
        "a table that was dropped is made and filled again",
        arguments: [
            "current_stock_levels", "low_stock_alerts", "multi_warehouse_inventory", "partitions",
            "product_partitions", "source",
        ])
    func dropped(table: String) throws {
        let day = try Self.shared()
        try day.run("DROP TABLE stockd.\(table)")
        try day.check()
    }

    @Test("a schema that was dropped is made and filled again")
    func droppedSchema() throws {
        let day = try Self.shared()
        try day.run("DROP SCHEMA stockd CASCADE")
        try day.check()
    }

    @Test("a table that was truncated or changed by hand, past its guard, is refused or noticed")
    func changedByHand() throws {
        let day = try Self.shared()
        for statement in [
            "TRUNCATE stockd.current_stock_levels", "DELETE FROM stockd.low_stock_alerts",
            "UPDATE stockd.multi_warehouse_inventory SET total_stock = 0",
        ] {
            let error = #expect(throws: PostgresError.self) { try day.run(statement) }
            #expect(error?.message.contains("is kept by stockd and cannot be changed by hand") == true)
        }
        try day.check()
        try day.run("ALTER TABLE stockd.current_stock_levels ALTER current_stock TYPE text")
        try day.go()
        #expect(!day.shop.writer.writeNow())
        #expect(!day.shop.writer.writeNow())
        #expect(day.shop.telemetry.counts.isRefused)
        #expect(day.shop.log.lines.last?.contains("current_stock is of type text; it must be bigint") == true)
        try day.run(
            "ALTER TABLE stockd.current_stock_levels ALTER current_stock TYPE bigint USING current_stock::bigint")
        try day.check()
    }

    @Test("a writer that lost its guard makes it again, and a column of somebody's own does no harm")
    func additions() throws {
        let day = try Self.shared()
        try day.run("DROP TRIGGER stockd_guard ON stockd.current_stock_levels")
        try day.run("ALTER TABLE stockd.current_stock_levels ADD note text")
        try day.go()
        try day.check()
        #expect(throws: PostgresError.self) { try day.run("DELETE FROM stockd.current_stock_levels") }
    }

    // MARK: Servers

    @Test("the server may be away at the start and later")
    func away() throws {
        let server = try TestServer()
        let database = try server.makeDatabase()
        server.crash(SIGINT)
        let early = Shop(server, database)
        early.recover(0, term: 1, .shop(3, 1), [.init(product: 1, warehouse: 1, units: 1)])
        early.commit()
        for _ in 0..<3 { #expect(!early.writer.writeNow()) }
        #expect(early.log.lines.count == 1)
        // A line for a terminal is left out.
        #expect(early.log.lines.allSatisfy { !$0.contains("Is the server") }, "\(early.log.lines)")
        #expect(early.telemetry.counts.shardsBehind == 1)
        try server.start()
        #expect(early.writer.writeNow())
        #expect(early.telemetry.counts.shardsBehind == 0)
        #expect(early.log.lines.last?.contains("written again") == true)
        for statement in early.schema.removal { try server.connect(database).run(statement) }
        let day = try BadDay(server, database: database)
        for signal in [SIGINT, SIGKILL] {
            try day.go()
            server.crash(signal)
            try day.go()
            #expect(!day.shop.writer.writeNow())
            try server.start()
            try day.check()
        }
    }

    @Test("a commit whose outcome nobody knows is not taken for either", arguments: [true, false])
    func unknownCommit(isKilledToo: Bool) throws {
        let server = try TestServer()
        let day = try BadDay(server)
        try day.go()
        // The commit waits for a standby that does not exist: it is on disk, and nobody is told.
        try server.connect().run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try server.connect().run("SELECT pg_reload_conf()")
        let shop = day.shop
        let end = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        let call = UncheckedCall { outcome.set(shop.writer.writeNow()) }
        Thread.detachNewThread {
            call.run()
            end.signal()
        }
        try eventually("the commit waits", within: 20) {
            let waiting = try server.connect().run("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            return waiting.rows.isEmpty ? nil : ()
        }
        server.crash(SIGKILL)
        end.wait()
        #expect(outcome.value == false)
        try FileManager.default.removeItem(atPath: "\(server.folder)/data/postgresql.auto.conf")
        try server.start()
        let writes = try server.connect(day.database).run("SELECT write FROM stockd.partitions").rows
        #expect(writes == [["2"]])
        try day.go()
        if isKilledToo { day.restart() }
        try day.check()
    }

    @Test("a standby is not written to, and once it is promoted it gets everything that the primary had not sent")
    func standby() throws {
        let server = try TestServer()
        let day = try BadDay(server)
        server.crash(SIGINT)
        // What a failover to a standby that is behind looks like: the last transactions are gone.
        try Self.shell("cd \(server.folder) && cp -a data copy")
        try server.start()
        try day.go()
        try day.check()
        server.crash(SIGINT)
        try Self.shell(
            "cd \(server.folder) && rm -r data && mv copy data && touch data/standby.signal && chown postgres data/*"
        )
        try server.start()
        try day.go()
        for _ in 0..<2 { #expect(!day.shop.writer.writeNow()) }
        let error = #expect(throws: PostgresError.self) {
            try Connection(ConnectionSettings(url: server.url(day.database)))
        }
        #expect(error?.message.contains("session is read-only") == true)
        try server.connect().run("SELECT pg_promote()")
        try day.check()
        #expect(day.shop.telemetry.counts.fills == 2)
    }

    @Test(
        "a full disk costs freshness alone",
        .enabled(if: getuid() == 0, "only root can mount a small file system to fill"))
    func fullDisk() throws {
        let server = try TestServer()
        let small = "\(server.folder)/small"
        try Self.shell("mkdir \(small) && mount -t tmpfs -o size=24m tmpfs \(small) && chown postgres \(small)")
        defer { try? Self.shell("umount -l \(small)") }
        try server.connect().run("CREATE TABLESPACE small LOCATION '\(small)'")
        let database = try server.makeDatabase()
        try server.connect().run("ALTER DATABASE \(database) SET TABLESPACE small")
        let day = try BadDay(server, database: database)
        try Self.shell("head -c 100m /dev/zero >\(small)/ballast 2>/dev/null || true")
        var isFull = false
        for _ in 0..<60 where !isFull {
            try day.go(on: 400)
            isFull = !day.shop.writer.writeNow()
        }
        #expect(isFull)
        #expect(day.shop.log.lines.last?.contains("No space left on device") == true, "\(day.shop.log.lines)")
        #expect(day.watch.problems == [])
        try Self.shell("rm \(small)/ballast")
        try day.check()
    }

    private static func shell(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure("\(script) ended with \(process.terminationStatus)")
        }
    }
}

private final class Outcome: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Bool?
    var value: Bool? { lock.withLock { stored } }
    func set(_ value: Bool) { lock.withLock { stored = value } }
}

/// A call that moves to another thread while this one waits for its end.
private struct UncheckedCall: @unchecked Sendable { let run: () -> Void }
