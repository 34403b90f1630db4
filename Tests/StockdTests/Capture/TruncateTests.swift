import Foundation
import Testing

@Suite("An events table that is truncated", .blocking)
struct TruncateTests {
    private static func site(_ onTruncate: String) throws -> Site {
        try Site(
            "truncate", partitions: 2,
            settings: """
                alerts: {topic: NAME-alerts}
                checkpoint: {interval: 100ms}
                """,
            kafka: "  group_instance_id: one",
            input: ", format: debezium, on_truncate: \(onTruncate)")
    }

    private static func received(_ id: Int64, product: Int32, _ quantity: Int32) -> Order {
        Order(
            id: id, type: "RECEIVED", product: product, warehouse: 1, quantity: quantity,
            second: 1_774_872_000 + id)
    }

    @Test("a truncate that is not to be applied changes nothing and is one dead letter, even after a restart")
    func refused() throws {
        let site = try Self.site("refuse")
        defer { site.close() }
        let sender = try MessageSender(site)
        defer { sender.close() }
        let daemon = try site.run()
        try sender.send(.event("c", Self.received(1, product: 1, 20), lsn: 10))
        try site.await(["RAISED WARNING 1/1"], daemon)
        try sender.send(.truncate(lsn: 20))
        let letters = try site.letters(1, daemon)
        #expect(letters.allSatisfy { $0.hasPrefix("truncate_refused: ") && $0.contains("input.on_truncate") })
        try sender.send(.event("u", Self.received(1, product: 1, 25), lsn: 30))
        try sender.send(.event("c", Self.received(2, product: 1, 5), lsn: 40))
        try site.await(["RAISED WARNING 1/1", "RESOLVED - 1/1"], daemon)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")

        let second = try site.run()
        try sender.send(.event("d", Self.received(2, product: 1, 5), lsn: 50))
        try site.await(["RAISED WARNING 1/1", "RESOLVED - 1/1", "RAISED WARNING 1/1"], second)
        #expect(try site.letters(1, second) == letters)
        second.send(SIGTERM)
        #expect(try second.exitCode() == 0, "\(second.text)")
    }

    @Test(
        "a truncate removes every row, and rows that are sent again do not return, even after a kill")
    func applied() throws {
        let site = try Self.site("apply")
        defer { site.close() }
        let sender = try MessageSender(site)
        defer { sender.close() }
        let daemon = try site.run()
        let first = DebeziumMessage.event("c", Self.received(1, product: 1, 20), lsn: 10)
        let second = DebeziumMessage.event("c", Self.received(2, product: 2, 20), lsn: 20)
        try sender.send(first)
        try sender.send(second, partition: 1)
        var expected = ["RAISED WARNING 1/1", "RAISED LOW 2/1"]
        try site.await(expected, daemon)
        try sender.send(.truncate(lsn: 30))
        expected += ["RESOLVED - 1/1", "RESOLVED - 2/1"]
        try site.await(expected, daemon)
        // A connector that went back sends an old row again, then a new one.
        try sender.send(second, partition: 1)
        try sender.send(.event("c", Self.received(3, product: 1, 0), lsn: 40))
        expected += ["RAISED OUT_OF_STOCK 1/1"]
        try site.await(expected, daemon)
        daemon.send(SIGKILL)
        _ = try daemon.exitCode()

        let successor = try site.run()
        try sender.send(first)
        try sender.send(second, partition: 1)
        try sender.send(.event("c", Self.received(4, product: 2, 39), lsn: 50), partition: 1)
        expected += ["RAISED WARNING 2/1"]
        try site.await(expected, successor)
        #expect(try site.letters(0, successor) == [])
        successor.send(SIGTERM)
        #expect(try successor.exitCode() == 0, "\(successor.text)")
    }
}
