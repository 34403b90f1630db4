import ClusterSupport
import Foundation
import Kafka
import Postgres
import PostgresSupport
import TestSupport
import Testing

@testable import Service

/// The embedded cluster isolates no transaction, so what is tested here is what happens between the topic and the
/// table. `SharedTablesTests` has daemons on a real broker.
@Suite("The alert topic's way into alert_changes", .blocking)
struct AlertHistoryTests {
    @Test("every message becomes one row, those before the start and those after it")
    func everyMessage() throws {
        let stage = try AlertStage("history")
        defer { stage.close() }
        try stage.send(3_000)
        let history = stage.history("one")
        try stage.settle()
        for _ in 0..<20 { try stage.send(50) }
        try stage.settle()
        #expect(try stage.rows() == stage.expected())
        // A row can be read before its writer has counted it.
        waitUntil { history.counts.rows == 4_000 }
        #expect(history.counts.rows == 4_000)
        #expect(history.counts.isWriter)
    }

    @Test("a foreign message is skipped, counted and named in the log")
    func foreign() throws {
        let stage = try AlertStage("foreign", partitions: 1)
        defer { stage.close() }
        try stage.send(5)
        try stage.send(foreign: "hello")
        try stage.send(5)
        let history = stage.history("one")
        try stage.settle()
        waitUntil { history.counts.skipped == 1 }
        #expect(history.counts.skipped == 1)
        #expect(try stage.rows().count == 10)
        let said = stage.log.lines.filter { $0.contains("is not stockd's") }
        #expect(said.count == 1 && said[0].contains("[0]") && said[0].contains("offset=5"), "\(stage.log.lines)")
    }

    @Test("of two processes one writes; when it ends the other goes on at once, when it vanishes within seconds")
    func takeover() throws {
        let stage = try AlertStage("takeover")
        defer { stage.close() }
        let first = stage.history("one")
        try eventually("the first writes") { first.counts.isWriter ? () : nil }
        let second = stage.history("two")
        try stage.send(500)
        try stage.settle()
        #expect(second.counts.rows == 0 && !second.counts.isWriter)
        first.stop()
        try eventually("the second writes", within: 2) { second.counts.isWriter ? () : nil }
        try stage.send(500)
        try stage.settle()
        waitUntil { second.counts.rows == 500 }
        #expect(second.counts.rows == 500)
        // As if the second had been killed: another takes its place with a lease that nobody gives back.
        let third = stage.history("three")
        second.stop()
        try stage.connect().transaction { (connection) throws(PostgresError) in
            try connection.run(
                "UPDATE stockd.alert_writer SET writer = 'gone', leased_until = clock_timestamp() + interval '5 s'")
        }
        try eventually("the third writes", within: 10) { third.counts.isWriter ? () : nil }
        try stage.send(500)
        try stage.settle()
        #expect(try stage.rows() == stage.expected())
    }

    @Test("sessions that are killed again and again cost no row and repeat none")
    func killedSessions() throws {
        let stage = try AlertStage("sessions")
        defer { stage.close() }
        let histories = [stage.history("one"), stage.history("two")]
        let administrator = try stage.server.connect()
        for _ in 0..<40 {
            try stage.send(100)
            try administrator.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [.text(stage.database)])
            usleep(.random(in: 0..<60_000))
        }
        try stage.settle()
        #expect(try stage.rows() == stage.expected())
        #expect(histories.reduce(0) { $0 + $1.counts.failures } > 3)
    }

    @Test("a server that is killed in the middle of commits and comes back has every row once")
    func killedServer() throws {
        let stage = try AlertStage("crash", server: TestServer())
        defer {
            stage.close()
            stage.server.stop()
        }
        _ = stage.history("one", intervalMs: 1)
        for _ in 0..<6 {
            for _ in 0..<10 { try stage.send(20) }
            usleep(.random(in: 0..<200_000))
            stage.server.crash()
            try stage.send(100)
            try stage.server.start()
        }
        try stage.settle()
        #expect(try stage.rows() == stage.expected())
        #expect(stage.log.lines.contains { $0.contains("alert_changes is written again") }, "\(stage.log.lines)")
    }

    @Test("another topic, or one that was recreated, is refused in words")
    func otherTopic() throws {
        let stage = try AlertStage("recreated", partitions: 1)
        defer { stage.close() }
        let first = stage.history("one")
        try stage.send(10)
        try stage.settle()
        first.stop()
        let other = stage.history("one", topic: "another")
        try eventually("it is refused") {
            stage.log.lines.contains { $0.contains("and alerts.topic is another") } ? () : nil
        }
        // Or it might be the first to write the new table below.
        other.stop()
        // The same as if the topic had other messages: the table says that its last one was written at another time.
        let connection = try stage.connect()
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run("UPDATE stockd.alert_positions SET committed_at = committed_at + interval '1 s'")
        }
        let again = stage.history("two")
        try eventually("it is refused") { stage.log.lines.contains { $0.contains("was recreated") } ? () : nil }
        try stage.send(10)
        usleep(500_000)
        #expect(try stage.count() == 10)
        // The way out that the message names.
        try connection.run("DROP TABLE stockd.alert_changes")
        try stage.settle()
        #expect(try stage.rows() == stage.expected())
        waitUntil { again.counts.rows == 20 }
        #expect(again.counts.rows == 20)
    }

    @Test("messages that the topic no longer holds are counted and named once, and the rest is written")
    func lostMessages() throws {
        let stage = try AlertStage("lost", partitions: 1, isEmbedded: true)
        defer { stage.close() }
        let first = stage.history("one")
        try stage.send(10)
        try stage.settle()
        first.stop()
        // The embedded cluster keeps some megabytes of a partition.
        let padding = String(repeating: "x", count: 10_000)
        for _ in 0..<20 { try stage.send(100, padding: padding) }
        let held = try stage.expected()
        let oldest = try #require(held.first?[1].flatMap { Int64($0) })
        #expect(oldest > 10)
        let second = stage.history("two")
        try eventually("the rest is written") { try? stage.count() == 10 + held.count ? () : nil }
        #expect(second.counts.lost == oldest - 10)
        #expect(stage.log.lines.filter { $0.contains("no longer holds") }.count == 1)
        #expect(try Array(stage.rows().dropFirst(10)) == held)
    }
}
