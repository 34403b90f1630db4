import Testing

@testable import Service

private let tables = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

@Suite("Settings without effect")
struct NoteTests {
    private func load(_ text: String, _ environment: [String: String] = [:]) -> (Configuration?, [Mistake]) {
        Configuration.load(
            text: text.contains("reference:") ? text : tables + text, named: "stockd.yaml", environment: environment)
    }

    @Test(
        "a changed setting that has no effect beside the others is noted once, and is no mistake",
        arguments: [
            ("input: {format: json, unwrap_prefix: cdc_}", "input.unwrap_prefix"),
            ("input: {format: json, on_truncate: apply}", "input.on_truncate"),
            ("input: {format: debezium}\nevents: {dedupe_window: 5}", "events.dedupe_window"),
            ("topics: {create: false, partitions: 3}", "topics.partitions"),
            ("topics: {create: false, replication_factor: 3}", "topics.replication_factor"),
            ("topics: {create: false, alerts: {retention: 7d}}", "topics.alerts.retention"),
            ("topics: {create: false, dead_letters: {retention: 7d}}", "topics.dead_letters.retention"),
            ("topics: {alerts: {retention: 7d, cleanup_policy: compact}}", "topics.alerts.retention"),
            ("topics: {alerts: {retention: 7d}}\nalerts: {format: upsert}", "topics.alerts.retention"),
            ("topics: {dead_letters: {retention: 7d}}\ndead_letters: {topic: null}", "topics.dead_letters.retention"),
            ("dead_letters: {topic: null, redriven_topic: r}", "dead_letters.redriven_topic"),
            ("kafka: {properties: {ssl.ca.location: /ca.pem, ssl.crl.location: /crl.pem}}", "kafka.properties"),
            ("kafka: {properties: {sasl.mechanism: PLAIN}}", "kafka.properties"),
            ("kafka: {properties: {debug: 'broker,topic'}}", "kafka.properties"),
            (
                "kafka: {properties: {security.protocol: SASL_SSL, sasl.mechanism: GSSAPI, "
                    + "sasl.oauthbearer.scope: s, sasl.oauthbearer.client.id: i}}", "kafka.properties"
            ),
            (
                "kafka: {properties: {security.protocol: SASL_SSL, sasl.mechanism: OAUTHBEARER, "
                    + "sasl.kerberos.principal: p}}", "kafka.properties"
            ),
            (
                "kafka: {sasl_username: u, properties: {security.protocol: SASL_SSL, sasl.mechanism: GSSAPI}}",
                "kafka.sasl_username"
            ),
            (
                """
                reference:
                  products: {file: p.csv}
                  warehouses: {topic: w, format: json, unwrap_prefix: x}
                """, "reference.warehouses.unwrap_prefix"
            ),
        ])
    func noted(text: String, key: String) throws {
        let (configuration, mistakes) = load(text)
        #expect(mistakes == [])
        let notes = try #require(configuration).notes
        #expect(notes.map(\.key) == [key], "\(notes)")
        #expect(notes.first?.origin != .standard)
    }

    @Test(
        "a secret that nothing uses is noted without being shown",
        arguments: [
            ("http: {listen: null}", "http.token"),
            ("kafka: {properties: {security.protocol: SSL}}", "kafka.ssl_key_password"),
            ("kafka: {properties: {security.protocol: SSL}}", "kafka.ssl_keystore_password"),
            (
                "kafka: {properties: {security.protocol: SASL_SSL, sasl.mechanism: GSSAPI}}",
                "kafka.oauth_client_secret"
            ),
        ])
    func secrets(text: String, key: String) throws {
        let (configuration, mistakes) = load(text, [KeyEntry.environmentName(key): "hunter2hunter2hunter2"])
        #expect(mistakes == [])
        let notes = try #require(configuration).notes
        #expect(notes.map(\.key) == [key], "\(notes)")
        #expect(!"\(notes)".contains("hunter2"))
    }

    @Test("a setting that is written with its default is not noted")
    func defaults() throws {
        let (configuration, mistakes) = load(
            """
            input: {format: json, unwrap_prefix: __, on_truncate: refuse, encodings: {}}
            events: {dedupe_window: 4194304}
            topics: {create: false, partitions: 6, replication_factor: -1, alerts: {retention: ~}}
            dead_letters: {topic: null, redriven_topic: null}
            http: {listen: null}
            reference:
              products: {file: p.csv, format: auto, fields: {}, encodings: {}, unwrap_prefix: __}
              warehouses: {file: w.csv, topic: null}
            """)
        #expect(mistakes == [])
        #expect(try #require(configuration).notes == [])
    }

    @Test("a setting that has an effect is not noted")
    func effective() throws {
        let (configuration, mistakes) = load(
            """
            input: {format: json, encodings: {event_time: us}, fields: {quantity: qty}}
            events: {dedupe_window: 5}
            topics: {partitions: 3, alerts: {retention: 7d, cleanup_policy: compact_delete}}
            kafka: {properties: {security.protocol: ssl, ssl.ca.location: /ca.pem, debug: all}}
            log: {level: debug}
            """)
        #expect(mistakes == [])
        #expect(try #require(configuration).notes == [])
    }

    @Test(
        "a cleanup policy that deletes is a mistake beside alerts.format: upsert",
        arguments: ["delete", "compact_delete"])
    func upsert(policy: String) {
        let (_, mistakes) = load("alerts: {format: upsert}\ntopics: {alerts: {cleanup_policy: \(policy)}}")
        #expect(mistakes.map(\.key) == ["topics.alerts.cleanup_policy"])
    }
}
