import Testing

@testable import Service

private let tables = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

private func load(_ text: String, _ environment: [String: String] = [:]) -> (Configuration?, [Mistake]) {
    Configuration.load(
        text: tables + text, named: "stockd.yaml", environment: environment,
        checkProperty: Configuration.checkProperty)
}

@Suite("kafka.properties")
struct KafkaPropertyTests {
    @Test("properties copied from a Java client are refused once each, with what to use instead")
    func copied() {
        let (_, mistakes) = load(
            """
            kafka:
              properties:
                bootstrap.servers: b:9092
                group.id: other
                enable.auto.commit: true
                security.protocol: sasl_ssl
                sasl.jaas.config: org.example.Login required username="u" password="p4ssw0rd";
                ssl.truststore.location: /etc/kafka/trust.jks
                ssl.truststore.password: changeit
                ssl.endpoint.identification.algorithm: https
                sasl.mechanism: SCRAM-SHA-512
                sasl.password: hunter2
                max.poll.records: 500
                auto.offset.reset: earliest
                request.timeout.ms: 30000
                debug: all
            """)
        let java = "is a property of Kafka's Java client"
        let trust = "set ssl.ca.location to a PEM file with the authorities' certificates"
        #expect(
            mistakes.map { "\($0.key ?? "") \($0.remedy)" } == [
                "kafka.properties.auto.offset.reset has a key of its own; set input.start",
                "kafka.properties.bootstrap.servers has a key of its own; set kafka.brokers",
                "kafka.properties.enable.auto.commit stockd sets this itself: offsets are committed in the "
                    + "transaction of the changes they belong to, never alone",
                "kafka.properties.group.id has a key of its own; set kafka.group_id",
                "kafka.properties.max.poll.records \(java); set batch.max_events",
                "kafka.properties.sasl.jaas.config \(java); set kafka.sasl_username and the credential "
                    + "kafka.sasl_password, and name the sasl.mechanism here",
                "kafka.properties.sasl.password has a key of its own; set STOCKD_KAFKA_SASL_PASSWORD or the "
                    + "credential kafka.sasl_password",
                "kafka.properties.ssl.truststore.location \(java); \(trust)",
                "kafka.properties.ssl.truststore.password \(java); a PEM file needs none; \(trust)",
            ])
        let shown = mistakes.map(\.description).joined()
        #expect(!shown.contains("p4ssw0rd") && !shown.contains("changeit") && !shown.contains("hunter2"))
    }

    @Test(
        "a property that stockd has no use for is refused however it is spelt, and a near name gets a suggestion",
        arguments: [
            ("key.deserializer", "is a property of Kafka's Java client; stockd knows the form"),
            ("KEY_DESERIALIZER", "is a property of Kafka's Java client; stockd knows the form"),
            ("Group.ID", "has a key of its own; set kafka.group_id"),
            ("group_id", "has a key of its own; set kafka.group_id"),
            ("Enable.Auto.Commit", "stockd sets this itself: offsets are committed"),
            ("SASL.JAAS.Config", "is a property of Kafka's Java client; set kafka.sasl_username"),
            ("schema.registry.url", "is a property of Kafka's Java client; stockd has nothing like it"),
            ("ssl.keystore.type", "is a property of Kafka's Java client; set ssl.keystore.location"),
            ("fetch.max.wait.ms", "is a property of Kafka's Java client; set fetch.wait.max.ms"),
            ("SECURITY.PROTOCOL", "librdkafka "), ("lingr.ms", "librdkafka "), ("sasl.pasword", "librdkafka "),
            ("enable.auto.comit", "librdkafka "),
        ])
    func named(name: String, remedy: String) throws {
        let (_, mistakes) = load("kafka: {properties: {\(name): hunter2}}\n")
        #expect(mistakes.count == 1)
        let mistake = try #require(mistakes.first)
        #expect(mistake.remedy.hasPrefix(remedy), "\(mistake)")
        #expect(!"\(mistake)".contains("hunter2"))
        let meant = [
            "SECURITY.PROTOCOL": "security.protocol", "lingr.ms": "linger.ms", "sasl.pasword": "sasl.password",
            "enable.auto.comit": "enable.auto.commit",
        ]
        if let meant = meant[name] { #expect(mistake.remedy.contains("has no such property; did you mean \(meant)?")) }
    }

    @Test(
        "no secret in kafka.properties is shown, whatever its name and wherever it was put",
        arguments: [
            "sasl.password=hunter2", "sasl.password=hun,hunter2", "sasl.password=hun,a=hunter2,linger.ms=5",
            "sasl.password=x,sasl.password=hunter2", "hunter2", "=hunter2", "{\"sasl.password\":\"hunter2\"}",
            "sasl.pasword=hunter2", "my.api.key=hunter2", "sasl.oauthbearer.config=principal=a,scope=hunter2",
            "sasl.jaas.config=x password=\"hunter2\";", "ssl.keystore.key=hunter2", "basic.auth.user.info=u:hunter2",
            "ssl.key.pem=hunter2", "ssl.ca.pem=hunter2", "sasl.kerberos.kinit.cmd=kinit %{nothing} hunter2",
            "sasl.oauthbearer.client.secret=hunter2", "ssl.truststore.password=hunter2", "access_token=hunter2",
            "debug=password=hunter2", "security.protocol=https://u:hunter2@h",
            "security.protocol=org.x.Login required username=\"u\" password=\"hunter2\";",
            "sasl.mechanism=PLAIN username=u password=hunter2", "broker.address.family=secret=hunter2",
            "ssl.endpoint.identification.algorithm=token=hunter2", "client.rack=https://u:hunter2@h/",
            "client.rack=https://h/?token=hunter2,linger.ms=soon",
        ])
    func secrets(text: String) {
        let (configuration, mistakes) = load("", ["STOCKD_KAFKA_PROPERTIES": text])
        let (standard, _) = load("")
        let shown =
            mistakes.map(\.description) + (configuration?.settings.map(\.description) ?? [])
            + (configuration?.notes.map(\.description) ?? [])
            + (configuration.flatMap { standard?.changes(to: $0) }?.map(\.description) ?? [])
        #expect(!shown.joined(separator: "\n").contains("hunter2"), "\(shown)")
        #expect(configuration != nil || mistakes.count == 1, "\(mistakes)")
    }

    @Test(
        "no secret elsewhere in the file is shown, under whatever key it was put",
        arguments: [
            "sasl.password: hunter2", "kafka: {pasword: hunter2}", "kafka: password=hunter2", "kafka: hunter2",
            "http: hunter2", "kafka: {properties: sasl.password=hunter2}", "kafka: {properties: hunter2}",
            "kafka: {properties: [sasl.password=hunter2]}", "kafka: {sasl_password: [hunter2]}",
            "http: {token: hunter2}", "http: {listen: 'http://u:hunter2@127.0.0.1:8080'}",
            "kafka: {group_instance_id: \"password=hunter2\\a\"}", "input: {topic: 'u:hunter2@h'}",
            "alerts: {topic: 'https://h/?key=hunter2'}", "kafka: {client_id: \"a\\nclient_secret: hunter2\"}",
            "workers: 'token=hunter2'", "log: 'api_key: hunter2'", "kafka: {sasl_password: 'hunter2", "hunter2: [",
        ])
    func elsewhere(text: String) {
        let (_, mistakes) = load(text)
        #expect(mistakes.count == 1, "\(mistakes)")
        #expect(!mistakes.map(\.description).joined().contains("hunter2"), "\(mistakes)")
    }

    @Test("a file that is a secret itself is not shown")
    func secretAsFile() {
        for text in ["hunter2", "STOCKD_KAFKA_SASL_PASSWORD=hunter2", "- hunter2", "\"hunter2\""] {
            let (_, mistakes) = Configuration.load(text: text, named: "f")
            #expect(mistakes.map(\.description) == ["(f:1) must be a map of sections, such as \"kafka:\""])
        }
    }

    @Test("a URL as a reference file is a mistake that does not show its password")
    func url() {
        let text = "reference: {products: {file: 'https://u:hunter2@h/p.csv'}, warehouses: {file: w.csv}}\n"
        let (_, mistakes) = Configuration.load(text: text, named: "f")
        #expect(
            mistakes.map(\.description) == [
                "reference.products.file: found \"https://<redacted>@h/p.csv\" (f:1); "
                    + "must be a file on this machine, not a URL"
            ])
    }

    @Test("what librdkafka warns of in a property is a note")
    func warnings() throws {
        let (configuration, mistakes) = load("kafka: {properties: {socket.blocking.max.ms: 5, linger.ms: 5}}\n")
        #expect(mistakes == [])
        let notes = try #require(configuration).clientNotes()
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("kafka.properties: ") == true)
        #expect(notes.first?.contains("socket.blocking.max.ms") == true)
        #expect(try #require(load("").0).clientNotes() == [])
    }
}
