import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

@Suite("A daemon that starts", .blocking)
struct StartTests {
    @Test("a daemon uses the reference files that SIGHUP had it read before a broker was there")
    func reloadBeforeBroker() throws {
        let site = try Site("hangup", partitions: 1, settings: Self.settings, brokers: 1)
        defer { site.close() }
        try Sender(site, [Self.order]).send(1)
        try site.cluster.embedded.setBrokerDown()
        let daemon = try site.run()
        try Self.await("no broker yet", daemon)
        try site.write(
            "products.csv",
            "product_id,product_name,category,reorder_threshold,unit_price\n1,New name,Toys,100,1.50\n")
        daemon.send(SIGHUP)
        try Self.await("reference files read again", daemon)
        try site.cluster.embedded.setBrokerUp()
        try Self.await("ready", daemon)
        let alert = try eventually("the alert comes") { try site.read("alerts").first }
        #expect(try alert.fields["product_name"] as? String == "New name")
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test(
        "a daemon ends with 69 when there are fewer brokers than a topic is to have replicas",
        .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
    func fewBrokers() throws {
        let site = try Site(
            "few", partitions: 1, settings: "alerts: {topic: NAME-new}\ntopics: {replication_factor: 9}",
            kafka: "  broker_deadline: 2s")
        defer { site.close() }
        let daemon = try site.run()
        #expect(try daemon.exitCode() == 69, "\(daemon.text)")
        #expect(daemon.text.contains("\(site.name)-new needs 9 replicas"), "\(daemon.text)")
    }

    @Test(
        "check and run end with 78 when the state topic's cleanup.policy is delete",
        .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
    func deletingState() throws {
        let site = try Site("deleting", partitions: 1, settings: "state: {topic: NAME-old}")
        defer { site.close() }
        let old = TopicSpec("\(site.name)-old", partitions: 1, config: ["cleanup.policy": "delete"])
        try site.cluster.create([old], site.admin)
        let check = try site.result(of: ["check", "--connect"])
        #expect(check.code == 78 && check.text.contains("--add-config cleanup.policy=compact"), "\(check)")
        let daemon = try site.run()
        #expect(try daemon.exitCode() == 78, "\(daemon.text)")
    }

    @Test("check and run end with 78 when the brokers do not support transactions")
    func noTransactions() throws {
        let site = try Site("old", partitions: 1, settings: Self.settings, brokers: 1)
        defer { site.close() }
        #expect(try site.result(of: ["check", "--connect"]).code == 0)
        try site.cluster.embedded.disable(.initProducerID)
        let check = try site.result(of: ["check", "--connect"])
        #expect(check.code == 78 && check.text.contains("do not support transactions"), "\(check)")
        let daemon = try site.run()
        #expect(try daemon.exitCode() == 78, "\(daemon.text)")
        #expect(daemon.text.contains("Use Apache Kafka 0.11 or later"), "\(daemon.text)")
    }

    @Test("check does not report missing transactions when it may not use the transactional id")
    func untriedTransactions() throws {
        let site = try Site("untried", partitions: 1, settings: Self.settings, brokers: 1)
        defer { site.close() }
        let transactionalIDAuthorizationFailed: Int32 = 53
        try site.cluster.embedded.pushRequestErrors(.initProducerID, [transactionalIDAuthorizationFailed])
        let check = try site.result(of: ["check", "--connect"])
        #expect(check.code == 0 && check.text.contains("may not use the transactional id"), "\(check)")
    }

    @Test(
        "run, check and state end with 78 when no Kafka client can be made",
        arguments: [
            ("security.protocol: SASL_SSL", "sasl.kerberos.keytab"),
            ("security.protocol: SASL_PLAINTEXT, sasl.mechanism: GSSAPI", kerberosProblem),
            ("security.protocol: SASL_SSL, sasl.mechanism: NONSENSE", "must be one of GSSAPI, PLAIN"),
        ])
    func noClient(properties: String, reason: String) throws {
        let site = try Site(
            "noclient", partitions: 1, settings: Self.settings, kafka: "  properties: {\(properties)}", brokers: 1)
        defer { site.close() }
        for command in ["run", "check", "state"] {
            let result = try site.result(of: [command])
            #expect(result.code == 78 && result.text.contains(reason), "\(command): \(result)")
        }
    }

    /// What stockd or librdkafka says.
    private static let kerberosProblem =
        LibraryVersion.hasKerberos ? "sasl.kerberos.keytab" : "mechanism GSSAPI"

    @Test("run and check end with 78 while delivery is set")
    func delivery() throws {
        let site = try Site("delivery", partitions: 1, settings: "delivery: at_least_once", brokers: 1)
        defer { site.close() }
        for command in ["run", "check"] {
            let result = try site.result(of: [command])
            #expect(result.code == 78, "\(result.text)")
            #expect(
                result.text.contains("exactly once is the only way stockd delivers; remove"), "\(result.text)"
            )
        }
    }

    private static let settings = "alerts: {topic: NAME-alerts}"

    private static let order = Order(
        id: 3, type: "RECEIVED", product: 1, warehouse: 1, quantity: 5, second: 1_770_000_000)

    private static func await(_ text: String, _ daemon: Program) throws {
        try eventually("the daemon says: \(text)") { daemon.text.contains(text) ? () : nil }
    }
}
