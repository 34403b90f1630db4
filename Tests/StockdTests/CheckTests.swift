import Foundation
import TestSupport
import Testing

@Suite("stockd check", .blocking)
struct CheckTests {
    @Test("settings without effect are noted once by check, with exit code 0, and once in the log of a start")
    func notes() throws {
        let site = try Site(
            "notes", partitions: 1, settings: "topics: {create: false, partitions: 3}\nalerts: {topic: NAME-alerts}",
            kafka: "  properties: {ssl.ca.location: /nowhere/ca.pem}", brokers: 1)
        defer { site.close() }
        let check = try site.result(of: ["check"])
        #expect(check.code == 0, "\(check)")
        #expect(check.text.contains("stockd: note: topics.partitions: found \"3\""), "\(check)")
        #expect(check.text.contains("stockd: note: kafka.properties: "), "\(check)")
        #expect(check.text.ranges(of: "note: ").count == 2, "\(check)")
        let daemon = try site.run()
        try eventually("the daemon is ready") { daemon.text.contains("ready") ? () : nil }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        #expect(daemon.text.ranges(of: "has no effect").count == 2, "\(daemon.text)")
    }

    @Test(
        "where no broker can be reached, check says what the connection failed with",
        arguments: [
            ("STOCKD_KAFKA_BROKERS", "no-such-host.invalid:9092", "resolve"),
            ("STOCKD_KAFKA_BROKERS", "127.0.0.1:1", "refused"),
            ("STOCKD_KAFKA_PROPERTIES", "security.protocol=SSL", "SSL"),
        ])
    func reasons(variable: String, value: String, reason: String) throws {
        let site = try Site("reasons", partitions: 1, settings: "alerts: {topic: NAME-alerts}", brokers: 1)
        defer { site.close() }
        let check = try site.result(of: ["check", "--connect"], [variable: value])
        #expect(check.code == 69, "\(check)")
        #expect(check.text.contains("does not answer: ") && check.text.contains(reason), "\(check)")
    }

    @Test("where the password is wrong, check and the daemon say so")
    func password() throws {
        let broker = try RefusingBroker()
        defer { broker.close() }
        let site = try Site(
            "password", partitions: 1, settings: "alerts: {topic: NAME-alerts}",
            kafka: """
                  sasl_username: alice
                  properties: {security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN}
                """, brokers: 1)
        defer { site.close() }
        let variables = [
            "STOCKD_KAFKA_BROKERS": "127.0.0.1:\(broker.port)", "STOCKD_KAFKA_SASL_PASSWORD": "hunter2",
        ]
        let check = try site.result(of: ["check", "--connect"], variables)
        #expect(check.code == 69 && check.text.contains(RefusingBroker.message), "\(check)")
        let daemon = try site.run(variables)
        try eventually("the daemon says why it waits") { daemon.text.contains("no broker yet at") ? () : nil }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0)
        #expect(daemon.text.contains(RefusingBroker.message), "\(daemon.text)")
        #expect(!(check.text + daemon.text).contains("hunter2"))
    }
}
