import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

@Suite("A daemon that is killed", .blocking, .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
struct KilledDaemonTests {
    @Test("a daemon that is killed five times at random moments publishes every change exactly once")
    func exactlyOnce() throws {
        let seed = SeededRandom.runSeed
        let site = try Self.site()
        defer { site.close() }
        let expected = Recomputation(try Self.killFiveTimes(site, seed: seed))
        #expect(try Self.stock(site) == expected.stockRows, "seed \(seed)")
        var book = AlertBook()
        for message in try site.read("alerts") { try book.apply(message) }
        #expect(book.faults == [], "seed \(seed)")
        #expect(book.rows == expected.alerts, "seed \(seed)")
    }

    private static func site() throws -> Site {
        try Site(
            "killed", partitions: 3,
            settings: """
                alerts: {topic: NAME-alerts, emit: row}
                outputs: {stock_levels: {topic: NAME-stock}}
                checkpoint: {interval: 100ms}
                batch: {max_events: 20}
                commit: {interval: 1ms}
                """, kafka: "  group_instance_id: one")
    }

    /// Sends 20,000 orders to six daemons in turn. The first five are killed, the last is stopped with SIGTERM.
    private static func killFiveTimes(_ site: Site, seed: UInt64) throws -> [Order] {
        var random = SeededRandom(seed: seed)
        let orders = Shop.orders(20_000, seed: seed)
        let sender = try Sender(site, orders)
        for _ in 0..<5 {
            // A backlog that keeps one small transaction after the other open until the kill.
            try sender.send(3_000)
            let daemon = try site.run()
            try eventually("the daemon is live") {
                daemon.text.contains("going live") ? () : nil
            }
            usleep(.random(in: 0..<500_000, using: &random))
            daemon.send(SIGKILL)
            #expect(try daemon.exitCode() == -SIGKILL, "\(daemon.text)")
        }
        let daemon = try site.run()
        try sender.send(sender.remaining)
        let expected = Recomputation(orders).stockRows
        // The caller compares, and shows what differs.
        waitUntil { try stock(site) == expected }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        return orders
    }

    /// `stock last_updated` by key, from the newest message of each.
    private static func stock(_ site: Site) throws -> [String: String] {
        var rows: [String: String] = [:]
        for message in try site.read("stock") {
            let fields = try message.fields
            let stock = AlertBook.integer(fields["current_stock"]) ?? .min
            rows[message.keyText] = "\(stock) \(fields["last_updated"] ?? "")"
        }
        return rows
    }
}
