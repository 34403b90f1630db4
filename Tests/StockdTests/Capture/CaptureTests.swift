import ClusterSupport
import Foundation
import OracleSupport
import TestSupport
import Testing

@Suite("Change data capture", .blocking)
struct CaptureTests {
    /// Twice a form's index, and 1 more where ids are texts. A start is slow on the embedded cluster, so there the
    /// run's seed chooses the form.
    private static let courses: [Int] = {
        let count = ModelConnector.Form.allCases.count
        if TestCluster.isReal { return Array(0..<2 * count) }
        let form = Int(SeededRandom.runSeed % UInt64(count))
        return [2 * form, 2 * form + 1]
    }()

    @Test("the views of the three captured tables match SQL after kills and restarts", arguments: courses)
    func tables(_ course: Int) throws {
        let seed = SeededRandom.runSeed &+ UInt64(course)
        var moment = SeededRandom(seed: seed)
        let form = ModelConnector.Form.allCases[course / 2]
        let shop = try CaptureShop(form, hasTexts: course % 2 == 1, seed: seed)
        defer { shop.close() }
        shop.changeUnseen(60)
        try shop.snapshot()
        try shop.change(200)

        for _ in 0..<(TestCluster.isReal ? 3 : 1) {
            let killed = try shop.run()
            _ = try eventually("it is live") { killed.text.contains("going live") ? () : nil }
            try shop.change(200)
            try Self.awaitMoment(killed, shop, &moment)
            killed.send(SIGKILL)
            #expect(try killed.exitCode() == -SIGKILL, "\(killed.text)")
        }

        let ended = try shop.run()
        try shop.change(200)
        _ = try eventually("it is live") { ended.text.contains("going live") ? () : nil }
        try Self.awaitMoment(ended, shop, &moment)
        ended.send(SIGTERM)
        #expect(try ended.exitCode() == 0, "\(ended.text)")

        let settled = try shop.run()
        try shop.change(200)
        if let trouble = try shop.trouble(settled) {
            Issue.record("seed \(seed), \(shop.connector): \(trouble)")
        }
        settled.send(SIGTERM)
        #expect(try settled.exitCode() == 0, "\(settled.text)")

        // No more messages arrive, so this daemon recovers from the state alone.
        let recovered = try shop.run()
        if let trouble = try shop.trouble(recovered) {
            Issue.record("recovered, seed \(seed), \(shop.connector): \(trouble)")
        }
        recovered.send(SIGTERM)
        #expect(try recovered.exitCode() == 0, "\(recovered.text)")
        try Self.check(shop, seed)
    }

    /// Waits for a random time on a real broker. The embedded cluster does not hide what an open transaction wrote,
    /// so there it waits until the daemon is idle.
    private static func awaitMoment(
        _ daemon: Program, _ shop: CaptureShop, _ moment: inout SeededRandom
    ) throws {
        if TestCluster.isReal {
            usleep(.random(in: 0..<300_000, using: &moment))
        } else {
            #expect(try shop.trouble(daemon) == nil)
        }
    }

    private static func check(_ shop: CaptureShop, _ seed: UInt64) throws {
        let messages = try shop.site.read("alerts")
        #expect(try messages.last(ofEachKey: "alert_severity") == shop.severities(), "seed \(seed)")
        // This form has no versions, so a row that is sent again after its delete may lack a column.
        if shop.connector.form != .unwrappedBare {
            #expect(try shop.site.read("dlq").map(\.letter) == [], "seed \(seed)")
        }
        var book = AlertBook()
        for message in messages { try book.apply(message) }
        #expect(book.faults == [], "seed \(seed)")
        #expect(!book.levels.isEmpty || book.count > 0, "the history must alert, seed \(seed)")
    }

    @Test("every captured message is counted by its outcome")
    func counted() throws {
        let port = try FreePort.find()
        let site = try Site(
            "counted", partitions: 1, settings: "alerts: {topic: NAME-alerts}",
            input: ", format: debezium, on_truncate: apply")
        defer { site.close() }
        let sender = try MessageSender(site)
        defer { sender.close() }
        let order = Order(
            id: 1, type: "RECEIVED", product: 1, warehouse: 1, quantity: 3, second: 1_774_872_000)
        var changed = order
        changed.quantity = 4
        var other = order
        other.id = 2
        for message in [
            DebeziumMessage.event("c", order, lsn: 10), .event("c", other, lsn: 11),
            .event("u", changed, lsn: 12),
            .event("u", changed, lsn: 12), .event("c", order, lsn: 10), .event("d", changed, lsn: 13),
        ] { try sender.send(message) }
        try sender.send(nil, key: Array(#"{"event_id":1}"#.utf8), partition: 0)
        try sender.send(DebeziumMessage("m", key: nil, row: nil, lsn: 14))
        try sender.send(Array(#"{"ts_ms":1774872000000}"#.utf8), key: nil, partition: 0)
        try sender.send(.truncate(lsn: 15))
        try sender.send(.event("x", order, lsn: 16))
        let daemon = try site.run(["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"])
        let curl = Curl(port)
        let events = try eventually("everything is counted") { () -> [String: Int]? in
            let events = curl.json("/v1/status")["events"] as? [String: Int]
            return events?["rejected"] == 1 ? events : nil
        }
        let expected = [
            "applied": 2, "updated": 1, "deleted": 1, "stale": 1, "duplicate": 1, "truncated": 1,
            "skipped": 2,
            "tombstone": 1, "rejected": 1, "unknown_type": 0,
        ]
        #expect(events == expected)
        let metrics = curl.get("/metrics")
        for line in [
            #"stockd_events_total{outcome="updated"} 1"#, #"stockd_events_total{outcome="truncated"} 1"#,
            #"stockd_skipped_messages_total{kind="logical_message"} 1"#,
            #"stockd_skipped_messages_total{kind="heartbeat"} 1"#,
            #"stockd_rejected_events_total{reason="unknown_operation"} 1"#,
        ] { #expect(metrics.contains(line), "\(line)") }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }
}
