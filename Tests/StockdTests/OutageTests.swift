import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("A broker that goes away", .blocking)
struct OutageTests {
    @Test("an outage of the broker during the work loses no order and counts none twice")
    func downAndUp() throws {
        let seed = SeededRandom.runSeed
        let rig = try Rig("outage", catalog: Shop.catalog, isEmbedded: true)
        defer { rig.close() }
        rig.start()
        let orders = Shop.orders(20_000, seed: seed)
        try rig.send(Array(orders[..<8_000]))
        _ = try rig.settledViews()
        // These orders are being sent and processed when the broker goes away.
        for order in orders[8_000..<14_000] { try rig.post(order) }
        usleep(50_000)
        try rig.cluster.embedded.setBrokerDown()
        usleep(1_500_000)
        for order in orders[14_000...] { try rig.post(order) }
        try rig.cluster.embedded.setBrokerUp()
        try rig.flush()
        let views = try rig.settledViews()
        let expected = Recomputation(orders)
        #expect(views.stockRows == expected.stockRows, "seed \(seed)")
        #expect(views.levels == expected.alerts.mapValues(\.level), "seed \(seed)")
        let counts = try rig.counts
        try rig.stop()
        let messages = try rig.read(.alerts)
        #expect(try messages.last(ofEachKey: "alert_severity") == views.severities, "seed \(seed)")
        guard counts.aborted + counts.unknownOutcome + counts.fencings == 0 else { return }
        // The embedded cluster does not hide aborted changes, so this needs a run without an abort.
        #expect(messages.count == counts.alertChanges, "seed \(seed)")
        #expect(try rig.alertBook().faults == [], "seed \(seed)")
    }
}

extension [Message] {
    /// By `exact` key, the newest text of a field; a key whose field is null is left out.
    func last(ofEachKey field: String) throws -> [String: String] {
        var values: [String: String] = [:]
        for message in self { values[message.keyText.exact] = try message.fields[field] as? String }
        return values
    }
}

extension OutageTests {
    @Test(
        "each outage is logged once when the broker goes away or hangs and once when it is back",
        arguments: [false, true])
    func saidOnce(hangs: Bool) throws {
        let site = try Site("said", partitions: 1, brokers: 1)
        defer { site.close() }
        let daemon = try site.run()
        func waitFor(_ text: String, _ count: Int) throws {
            try eventually("\"\(text)\" is said \(count) times") { () -> Void? in
                guard daemon.isRunning else { throw Failure(daemon.text) }
                return daemon.text.components(separatedBy: text).count == count + 1 ? () : nil
            }
        }
        try waitFor(": ready", 1)
        let broker = try site.cluster.embedded
        // A broker that hangs is noticed when the session is over.
        let count = hangs ? 1 : 3
        for number in 1...count {
            try hangs ? broker.setRoundTripTime(120_000) : broker.setBrokerDown()
            try waitFor("connection to Kafka lost", number)
            try hangs ? broker.setRoundTripTime(0) : broker.setBrokerUp()
            try waitFor("connected to Kafka again", number)
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        #expect(daemon.text.ranges(of: "connection to Kafka lost").count == count, "\(daemon.text)")
        // Nothing of librdkafka's own about the same outage.
        for facility in ["REQTMOUT", "SESSTMOUT", "FAIL"] {
            #expect(!daemon.text.contains("facility=\(facility)"), "\(daemon.text)")
        }
    }
}
