import ClusterSupport
import Foundation
import ReceiverSupport
import TestSupport
import Testing

@Suite("A notifier that is killed", .blocking, .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
struct KilledNotifierTests {
    @Test("killed in the middle of bursts, beside a second one, the receiver shows in the end what stands")
    func bursts() throws {
        let seed = SeededRandom.runSeed
        var random = SeededRandom(seed: seed)
        let site = try Site(
            "burst", partitions: 3,
            settings: """
                alerts: {topic: NAME-alerts}
                notify:
                  listen: ~
                  receivers:
                    ops: {kind: webhook, wait: 0s, resolve_wait: 0s, group_wait: 0s, group_by: none}
                """)
        defer { site.close() }
        let server = try StandIn()
        let variables = ["STOCKD_NOTIFY_RECEIVERS_OPS_URL": server.url, "STOCKD_KAFKA_GROUP_INSTANCE_ID": "one"]
        let beside = variables.merging(["STOCKD_KAFKA_GROUP_INSTANCE_ID": "two"]) { $1 }
        let daemon = try site.run()
        let orders = Shop.orders(6_000, seed: seed)
        let sender = try Sender(site, orders)
        let second = try site.command("notify", [], beside)
        for _ in 0..<4 {
            let first = try site.command("notify", [], variables)
            try sender.send(1_000)
            try eventually("it has partitions") { first.text.contains("partitions assigned") ? () : nil }
            usleep(.random(in: 0..<800_000, using: &random))
            first.send(SIGKILL)
            #expect(try first.exitCode() == -SIGKILL, "\(first.text)")
        }
        try sender.send(sender.remaining)
        let last = try site.command("notify", [], variables)
        var book = Book()
        let expected = Recomputation(orders).alerts
        try eventually("the receiver shows what stands, seed \(seed)", within: 120) { () -> Void? in
            while server.unread > 0 { try book.take(try server.next()) }
            return Set(book.shown.values).count == book.shown.count && Set(book.shown.values) == Set(expected.keys)
                ? () : nil
        }
        for program in [last, second, daemon] {
            program.send(SIGTERM)
            #expect(try program.exitCode() == 0, "\(program.text)")
        }
        // What was in doubt may have come once more.
        while server.unread > 0 { try book.take(try server.next()) }
        #expect(Set(book.shown.values) == Set(expected.keys), "seed \(seed)")
        // Each kill leaves at most one notification in doubt.
        #expect(book.repeated <= 5, "\(book.repeated) ids came twice")
    }
}

/// What a webhook shows, and what came twice.
private struct Book {
    /// The alert topic's key of each deduplication key that stands.
    private(set) var shown: [String: String] = [:]
    private(set) var repeated = 0
    private var ids: Set<String> = []

    mutating func take(_ request: StandIn.Request) throws {
        if !ids.insert(request.headers["webhook-id"] ?? "").inserted { repeated += 1 }
        for alert in try request.json()["alerts"] as? [[String: Any]] ?? [] {
            let key = alert["deduplication_key"] as? String ?? ""
            let parts = key.split(separator: "/").map(String.init)
            shown[key] =
                alert["change"] as? String == "ended"
                ? nil : #"{"product_id":\#(parts[1]),"warehouse_id":\#(parts[2])}"#
        }
    }
}
