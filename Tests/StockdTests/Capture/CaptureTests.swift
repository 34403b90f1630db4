import Foundation
import OracleSupport
import TestSupport
import Testing

@Suite("Change data capture", .blocking)
struct CaptureTests {
    /// Without a real broker transactions keep nothing, so that a restart needs the other delivery there.
    static let delivery = TestCluster.isReal ? "exactly_once" : "at_least_once"

    /// A start takes its time on the embedded cluster: there the run's seed chooses a form.
    private static let forms =
        TestCluster.isReal
        ? ModelConnector.Form.allCases : [ModelConnector.Form.allCases[Int(SeededRandom.runSeed % 4)]]

    @Test("of all three tables gives what SQL says of them, over kills and restarts", arguments: forms)
    func tables(_ form: ModelConnector.Form) throws {
        let seed = SeededRandom.runSeed &+ UInt64(ModelConnector.Form.allCases.firstIndex(of: form) ?? 0)
        var moment = SeededRandom(seed: seed)
        let shop = try CaptureShop(form, seed: seed, delivery: Self.delivery)
        defer { shop.close() }
        shop.changeUnseen(60)
        try shop.snapshot()
        try shop.change(200)

        for _ in 0..<(TestCluster.isReal ? 3 : 1) {
            let killed = try shop.run()
            _ = try eventually("it is live") { killed.text.contains("going live") ? () : nil }
            try shop.change(200)
            usleep(.random(in: 0..<300_000, using: &moment))
            killed.send(SIGKILL)
            #expect(try killed.exitCode() == -SIGKILL, "\(killed.text)")
        }

        let ended = try shop.run()
        try shop.change(200)
        _ = try eventually("it is live") { ended.text.contains("going live") ? () : nil }
        usleep(.random(in: 0..<300_000, using: &moment))
        ended.send(SIGTERM)
        #expect(try ended.exitCode(within: 15) == 0, "\(ended.text)")

        let settled = try shop.run()
        try shop.change(200)
        if let trouble = try shop.trouble(settled) {
            Issue.record("seed \(seed), \(shop.connector): \(trouble)")
        }
        settled.send(SIGTERM)
        #expect(try settled.exitCode(within: 15) == 0, "\(settled.text)")

        // From the state alone: nothing comes any more.
        let recovered = try shop.run()
        if let trouble = try shop.trouble(recovered) {
            Issue.record("recovered, seed \(seed), \(shop.connector): \(trouble)")
        }
        recovered.send(SIGTERM)
        #expect(try recovered.exitCode(within: 15) == 0, "\(recovered.text)")
        try Self.check(shop, seed)
    }

    private static func check(_ shop: CaptureShop, _ seed: UInt64) throws {
        let messages = try shop.site.read("alerts")
        #expect(try messages.last(ofEachKey: "alert_severity") == shop.severities(), "seed \(seed)")
        // A row that was sent again after its delete may lack a column, where nothing tells versions apart.
        if shop.connector.form != .unwrappedBare {
            #expect(try shop.site.read("dlq").map(\.letter) == [], "seed \(seed)")
        }
        guard TestCluster.isReal else { return }
        var book = AlertBook()
        for message in messages { try book.apply(message) }
        #expect(book.faults == [], "seed \(seed)")
        #expect(!book.severities.isEmpty || book.count > 0, "the history must alert, seed \(seed)")
    }
}
