import ClusterSupport
import Foundation
import TestSupport
import Testing

@Suite("Several workers in one process", .blocking)
struct WorkersTests {
    @Test(
        "several workers in one process share the partitions and together publish every alert",
        arguments: ["", "  group_instance_id: here"])
    func share(_ membership: String) throws {
        let seed = SeededRandom.runSeed
        let site = try Site(
            "workers", partitions: 4, settings: "workers: 2\nalerts: {topic: NAME-alerts, emit: row}",
            kafka: membership, keyedBy: "product")
        defer { site.close() }
        let orders = Shop.orders(2_000, seed: seed)
        let sender = try Sender(site, orders) { $0.product % 4 }
        let daemon = try site.run()
        try sender.send(1_000)
        try eventually("both workers are live") {
            daemon.text.components(separatedBy: "going live").count > 2 ? () : nil
        }
        try sender.send(1_000)
        let expected = Recomputation(orders)
        func book() throws -> AlertBook {
            var book = AlertBook()
            for message in try site.read("alerts") { try book.apply(message) }
            return book
        }
        waitUntil { try book().rows == expected.alerts }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        // The embedded cluster shows aborted changes too, even those that the repetition no longer makes. Only a real
        // cluster proves that no change is repeated and that every alert is right; here nine in ten must be.
        guard TestCluster.isReal else {
            let standing = try book().rows
            let right = expected.alerts.count { standing[$0.key] == $0.value }
            return #expect(right * 10 >= expected.alerts.count * 9, "seed \(seed): \(right) right")
        }
        #expect(try book().faults == [], "seed \(seed)")
        #expect(try book().rows == expected.alerts, "seed \(seed)")
    }
}
