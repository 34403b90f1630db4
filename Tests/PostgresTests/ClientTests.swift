import Foundation
import Inventory
import PostgresSupport
import TestSupport
import Testing

@testable import Postgres

@Suite("The connection", .blocking)
struct ClientTests {
    private let connection: Connection

    init() throws { connection = try TestServer.shared.get().connect() }

    @Test("values go in and come out as they are")
    func values() throws {
        let rows = try connection.run(
            "SELECT $1, $2, $3, $4, $5", [.integer(-7), .bigint(.min), .text("ä\"'\\"), .text(nil), .text("")]
        ).rows
        #expect(rows == [["-7", "-9223372036854775808", "ä\"'\\", nil, ""]])
    }

    @Test("arrays become rows, whatever the session's time zone")
    func arrays() throws {
        try connection.run("SET TimeZone = 'Asia/Kathmandu'")
        var numbers = ArrayColumn(.integer)
        var texts = ArrayColumn(.text)
        var times = ArrayColumn(.timestamp)
        for number in [Int32.min, 0, .max] { numbers.append(number) }
        texts.append(label: "a\u{0}b")
        texts.append(label: "")
        Array("x,{\"".utf8).withUnsafeBytes { texts.append($0) }
        times.append(Timestamp(microseconds: 0))
        times.append(Timestamp(microseconds: 1_774_872_000_123_456))
        times.appendNull()
        let rows = try connection.run(
            "SELECT a, b, c AT TIME ZONE 'UTC' FROM unnest($1, $2, $3) AS t (a, b, c)",
            [numbers.parameter, texts.parameter, times.parameter]
        ).rows
        #expect(
            rows == [
                ["-2147483648", "a\u{FFFD}b", "1970-01-01 00:00:00"],
                ["0", nil, "2026-03-30 12:00:00.123456"], ["2147483647", "x,{\"", nil],
            ])
        numbers.removeAll()
        #expect(try connection.run("SELECT FROM unnest($1)", [numbers.parameter]).rows.isEmpty)
    }

    @Test("an error has the server's words and code, in one line")
    func errors() throws {
        let error = #expect(throws: PostgresError.self) { try connection.run("SELECT *\nFROM nowhere") }
        #expect(error?.description == "relation \"nowhere\" does not exist (SQLSTATE 42P01)")
        #expect(error?.needsOperator == false)
        let number = #expect(throws: PostgresError.self) { try connection.run("SELECT 'x'::int") }
        #expect(number?.needsOperator == true)
    }

    @Test("statements that wait go together, and none has an effect after one that fails")
    func queue() throws {
        let connection = connection
        try connection.run("CREATE TEMP TABLE numbers (n integer)")
        let waiting = try (1...3).map { number in
            try connection.queue("INSERT INTO numbers SELECT generate_series(1, $1)", [.integer(number)])
        }
        #expect(waiting.allSatisfy { $0.rows.affected == 0 })
        #expect(try connection.run("SELECT count(*) FROM numbers").first == ["6"])
        #expect(waiting.map(\.rows.affected) == [1, 2, 3])
        let error = #expect(throws: PostgresError.self) {
            try connection.transaction { (connection) throws(PostgresError) in
                try connection.queue("INSERT INTO numbers VALUES (7)")
                try connection.queue("SELECT 1 / 0")
                try connection.queue("INSERT INTO numbers VALUES (8)")
            }
        }
        #expect(error?.sqlState == "22012")
        try connection.script("ROLLBACK")
        let refused = #expect(throws: PostgresError.self) {
            try connection.transaction { (connection) throws(PostgresError) in
                try connection.queue("INSERT INTO numbers VALUES (9)")
                throw PostgresError(refusal: "no")
            }
        }
        #expect(refused?.message == "no")
        #expect(try connection.run("SELECT count(*) FROM numbers").first == ["6"])
    }

    @Test("much that waits is sent before it takes much memory")
    func longQueue() throws {
        let text = Parameter.text(String(repeating: "x", count: 100_000))
        let waiting = try (0..<95).map { _ in try connection.queue("SELECT length($1)", [text]) }
        #expect(waiting.filter { $0.rows.first == ["100000"] }.count >= 80)
        try connection.flushQueue()
        #expect(waiting.allSatisfy { $0.rows.first == ["100000"] })
    }

    @Test("a server that does not respond is given up")
    func silence() throws {
        let url = try TestServer.shared.get().url()
        let impatient = try Connection(ConnectionSettings(url: url), limit: .milliseconds(100))
        let error = #expect(throws: PostgresError.self) { try impatient.run("SELECT pg_sleep(5)") }
        #expect(error?.message.contains("did not respond") == true)
    }

    @Test("a connection string is checked without being shown")
    func strings() {
        #expect(ConnectionSettings.problem(with: "postgresql://stockd@localhost/orders") == nil)
        #expect(ConnectionSettings.problem(with: "host=/run/postgresql dbname=orders") == nil)
        #expect(ConnectionSettings.problem(with: "postgresql://me:hunter2@db/x")?.contains("must not hold") == true)
        let broken = ConnectionSettings.problem(with: "host=db passwort=hunter2")
        #expect(broken?.contains("must be a connection string") == true && broken?.contains("hunter2") == false)
    }

    @Test("a transaction's settings end with it")
    func settings() throws {
        try connection.script("SET search_path = odd; SET statement_timeout = '9s'; SET lock_timeout = '8s'")
        let names = ["search_path", "stockd.writer", "statement_timeout", "lock_timeout"]
        let query = "SELECT \(names.map { "current_setting('\($0)')" }.joined(separator: ", "))"
        let inside = try connection.transaction { (connection) throws(PostgresError) in
            try connection.run(query).rows
        }
        #expect(inside == [["pg_catalog, pg_temp", "on", "50s", "5s"]])
        let outside = try connection.run(query).rows
        #expect(outside == [["odd", "", "9s", "8s"]])
    }
}
