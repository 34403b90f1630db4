import ClusterSupport
import Foundation
import TestSupport
import Testing

@Suite("Two daemons in one group", .blocking)
struct TwoDaemonsTests {
    @Test(
        "two daemons in one group stop and say what to configure when the input is not keyed",
        .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
    func unkeyed() throws {
        let site = try Site("two", partitions: 4, settings: "alerts: {topic: NAME-alerts}")
        defer { site.close() }
        let first = try site.run()
        try eventually("the first is live") { first.text.contains("going live") ? () : nil }
        // Its own transactional id, as on another host.
        let second = try site.run(["STOCKD_KAFKA_TRANSACTIONAL_ID": "another-host"])
        for daemon in [first, second] {
            let code = try daemon.exitCode()
            #expect(code == 70 || code == 78, "\(daemon.text)")
            #expect(daemon.text.contains("input.keyed_by: product"), "\(daemon.text)")
        }
    }
}
