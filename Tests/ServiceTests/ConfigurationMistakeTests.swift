import Foundation
import Testing

@testable import Service

/// The settings that a file cannot leave out.
private let reference = """
    reference:
      products: {file: products.csv}
      warehouses: {file: /srv/warehouses.json}

    """

private func mistakes(
    _ text: String, _ environment: [String: String] = [:], credentials: String? = nil
) -> [String] {
    Configuration.load(
        text: reference + text, named: "stockd.yaml", environment: environment,
        credentialsDirectory: credentials
    ).1.map(\.description)
}

@Suite("Mistakes in the configuration")
struct ConfigurationMistakeTests {
    @Test("all mistakes are found at once, each with its key, value, origin and remedy")
    func allAtOnce() {
        let found = mistakes(
            """
            kafka:
              session_timeout: 3s
              grop_id: x
            workers: two
            alerts: {emit: rows}
            batch: 5
            """, ["STOCKD_COMMIT_INTERVAL": "50", "STOCKD_KAFKA_GROUP": "x"])
        #expect(
            found == [
                "STOCKD_KAFKA_GROUP: (environment variable STOCKD_KAFKA_GROUP) "
                    + "there is no such setting; did you mean STOCKD_KAFKA_GROUP_ID?",
                "kafka.grop_id: (stockd.yaml:6) there is no such key; did you mean kafka.group_id?",
                "batch: found \"5\" (stockd.yaml:9); must be a section holding batch.max_events",
                "kafka.session_timeout: found \"3s\" (stockd.yaml:5); "
                    + "must be a duration from 6s to 30m, written as 50ms, 5s, 1m, 2h or 7d",
                "workers: found \"two\" (stockd.yaml:7); must be an integer from 1 to 64",
                "alerts.emit: found \"rows\" (stockd.yaml:8); must be one of severity, row",
                "commit.interval: found \"50\" (environment variable STOCKD_COMMIT_INTERVAL); "
                    + "must be a duration from 1ms to 1m, written as 50ms, 5s, 1m, 2h or 7d",
            ])
    }

    @Test("an unknown key is answered with the one that was meant")
    func suggestions() {
        #expect(
            mistakes("group_id: x") == [
                "group_id: (stockd.yaml:4) there is no such key; did you mean kafka.group_id?"
            ])
        #expect(
            mistakes("kafak: {brokers: x}") == [
                "kafak: (stockd.yaml:4) there is no such key; did you mean kafka?"
            ])
        #expect(
            mistakes("kafka: {password: x}")
                == ["kafka.password: (stockd.yaml:4) there is no such key; did you mean kafka.sasl_password?"]
        )
        #expect(
            mistakes("kafka: {bootstrap_servers: x}") == [
                "kafka.bootstrap_servers: (stockd.yaml:4) there is no such key; did you mean kafka.brokers?"
            ])
        #expect(
            mistakes("bootstrap.servers: x") == [
                "bootstrap.servers: (stockd.yaml:4) there is no such key; did you mean kafka.brokers?"
            ])
        #expect(mistakes("frobnicate: x") == ["frobnicate: (stockd.yaml:4) there is no such key"])
    }

    @Test("a delivery setting is a mistake wherever it is set, and the message says to remove it")
    func delivery() throws {
        let remedy = "exactly once is the only way stockd delivers; remove this setting"
        for value in ["exactly_once", "at_least_once"] {
            #expect(mistakes("delivery: \(value)") == ["delivery: (stockd.yaml:4) \(remedy)"])
            #expect(
                mistakes("", ["STOCKD_DELIVERY": value])
                    == ["STOCKD_DELIVERY: (environment variable STOCKD_DELIVERY) \(remedy)"])
        }
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for name in ["delivery", "STOCKD_DELIVERY"] {
            let file = directory.appending(path: name)
            try Data("at_least_once".utf8).write(to: file)
            #expect(
                mistakes("", credentials: directory.path) == ["\(name): (credential \(file.path)) \(remedy)"])
            try FileManager.default.removeItem(at: file)
        }
    }

    @Test(
        "a setting that contradicts another is one mistake that begins with its key",
        arguments: [
            ("workers: 2", "workers: found \"2\" (stockd.yaml:4); more than one worker needs"),
            (
                "events: {unknown_type: dead_letter}\ndead_letters: {topic: ~}",
                "events.unknown_type: found \"dead_letter\""
            ),
            (
                "alerts: {topic: order-events}",
                "alerts.topic: found \"order-events\" (stockd.yaml:4); input.topic names"
            ),
            (
                "kafka: {max_poll_interval: 10s, session_timeout: 20s}",
                "kafka.max_poll_interval: found \"10s\" (stockd.yaml:4); must be at least"
            ),
            (
                "kafka: {transaction_timeout: 20s}",
                "kafka.transaction_timeout: found \"20s\" (stockd.yaml:4); must be at most kafka.session_timeout (10s)"
            ),
            (
                "commit: {interval: 8s}",
                "commit.interval: found \"8s\" (stockd.yaml:4); must be at most half of"
            ),
            ("kafka: {group_id: a b}", "kafka.group_id: found \"a b\" (stockd.yaml:4); with \"-state\""),
            (
                "events: {types: {DAMAGED: -1}}",
                "events.types: found \"DAMAGED=-1\" (stockd.yaml:4); must have a type"
            ),
            (
                "alerts: {format: upsert}\ntopics: {alerts: {cleanup_policy: delete}}",
                "topics.alerts.cleanup_policy: found"
            ),
            (
                "kafka: {sasl_username: me}",
                "kafka.sasl_username: found \"me\" (stockd.yaml:4); would not be used"
            ),
            (
                "kafka: {sasl_username: me, properties: "
                    + "{security.protocol: SASL_SSL, sasl.mechanism: PLAIN}}",
                "kafka.sasl_password: PLAIN needs it: set STOCKD_KAFKA_SASL_PASSWORD"
            ),
        ])
    func contradictions(text: String, start: String) {
        let found = mistakes(text)
        #expect(found.count == 1 && found[0].hasPrefix(start), "\(found)")
    }

    @Test("each reference table needs exactly one source, a file or a topic")
    func reference() {
        let (_, none) = Configuration.load(file: nil, environment: [:])
        #expect(
            none.map(\.description) == [
                "reference.products.file: neither this nor reference.products.topic is set; set one of them",
                "reference.warehouses.file: neither this nor reference.warehouses.topic is set; "
                    + "set one of them",
            ])
        let both = mistakes("", ["STOCKD_REFERENCE_PRODUCTS_TOPIC": "products"])
        #expect(
            both == [
                "reference.products.file: found \"products.csv\" (stockd.yaml:2); "
                    + "reference.products.topic is set too; set one of them, not both"
            ])
    }

    @Test("an invalid value is not reported as a contradiction as well")
    func noEchoes() {
        #expect(mistakes("workers: 2\ninput: {keyed_by: products}").count == 1)
    }

    @Test("a property that librdkafka or a key of its own rules out is rejected with the reason")
    func properties() {
        let (_, found) = Configuration.load(
            text: withProperties, named: "stockd.yaml",
            checkProperty: { name, _ in
                name == "enable.idempotence" ? "exactly-once delivery rests on it" : nil
            })
        #expect(
            found.map(\.description) == [
                "kafka.properties.enable.idempotence: found \"false\" (stockd.yaml:6); "
                    + "exactly-once delivery rests on it",
                "kafka.properties.group.id: found \"x\" (stockd.yaml:7); "
                    + "has a key of its own; set kafka.group_id",
                "kafka.properties.sasl.password: found <redacted> (stockd.yaml:8); has a key of its own; "
                    + "set STOCKD_KAFKA_SASL_PASSWORD or the credential kafka.sasl_password",
            ])
    }

    private var withProperties: String {
        "reference: {products: {topic: p}, warehouses: {topic: w}}\nkafka:\n\n\n  properties:\n"
            + "    enable.idempotence: false\n    group.id: x\n    sasl.password: hunter2\n    linger.ms: 1\n"
    }

    @Test("a configuration file that is missing, is not YAML or is not a map is a mistake")
    func unreadable() throws {
        let directory = try TemporaryDirectory()
        let missing = directory.path + "/none.yaml"
        #expect(
            Configuration.load(file: missing, environment: [:]).1.map(\.description)
                == ["(\(missing)) cannot be read: no such file or directory"])
        #expect(Configuration.load(file: directory.path, environment: [:]).1.count == 1)
        let broken = try directory.write("kafka:\n  sasl_password: 'hunter2\n", to: "broken.yaml")
        let found = Configuration.load(file: broken, environment: [:]).1.map(\.description)
        #expect(found.contains { $0.hasPrefix("(\(broken):") && $0.contains("is not YAML") })
        #expect(!found.joined().contains("hunter2"))
        let twice = Configuration.load(text: "workers: 1\nworkers: 2", named: "f").1.map(\.description)
        #expect(twice.contains { $0.contains("has a key twice: workers") })
        let list = Configuration.load(text: "- a", named: "f").1.map(\.description)
        #expect(list.contains { $0.hasPrefix("(f:1) must be a map of sections") }, "\(list)")
    }
}
