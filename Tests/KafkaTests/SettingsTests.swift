import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

struct SettingsTests {
    @Test(
        "a property that a guarantee rests on is refused by name",
        arguments: [
            "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "isolation.level",
            "transactional.id", "transaction.timeout.ms", "enable.idempotence", "group.id", "group.instance.id",
            "auto.offset.reset", "acks", "request.required.acks", "max.in.flight",
            "max.in.flight.requests.per.connection", "partition.assignment.strategy", "group.protocol",
            "bootstrap.servers", "metadata.broker.list", "enable.partition.eof", "retries",
            "message.send.max.retries", "delivery.timeout.ms", "message.timeout.ms", "test.mock.num.brokers",
            "plugin.library.paths", "opaque", "enabled_events", "rebalance_cb", "dr_msg_cb", "dr_cb",
            "partitioner",
        ])
    func guarded(_ key: String) {
        let problems = ClientSettings.problems(in: [key: "1", "linger.ms": "5"])
        #expect(problems.map(\.key) == [key])
        #expect(problems.first?.message.contains("stockd sets this itself") == true)
    }

    @Test(
        "a client that cannot be created says why",
        arguments: [
            ["security.protocol": "SASL_SSL"], ["security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "GSSAPI"],
            ["security.protocol": "SASL_SSL", "sasl.mechanism": "NONSENSE"],
            ["security.protocol": "SSL", "ssl.ca.location": "/nonexistent/ca.pem"],
            ["security.protocol": "SSL", "ssl.key.location": "/nonexistent/key.pem"],
            ["security.protocol": "SSL", "ssl.keystore.location": "/nonexistent/store.p12"],
            ["security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER"],
            ["security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc"],
        ])
    func uncreatable(_ properties: [String: String]) {
        let settings = ClientSettings(
            bootstrapServers: "127.0.0.1:1", properties: properties, logger: LineLog().logger)
        for _ in 0..<3 {
            do throws(KafkaError) {
                try Admin(settings).close(deadlineMs: 1_000)
                // GSSAPI and OAUTHBEARER need a ticket and a token only when they log in.
                #expect(properties["security.protocol"]?.hasPrefix("SASL") == true)
            } catch {
                #expect(error.isFatal && error.isRefusal && error.message.count > 10, "\(error)")
            }
        }
    }

    @Test("the refusal of a property names the setting to use instead")
    func alternative() {
        let problem = ClientSettings.problems(in: ["group.id": "x"]).first
        #expect(problem?.message.contains("kafka.group_id") == true)
    }

    @Test("an unknown property and an invalid value are reported")
    func unknown() {
        let problems = ClientSettings.problems(in: ["no.such": "1", "linger.ms": "soon", "client.rack": "a"])
        #expect(problems.map(\.key) == ["linger.ms", "no.such"])
        #expect(problems.map(\.isUnknown) == [false, true])
        #expect(problems[0].message == "must be a number from 0 to 900000")
        #expect(problems[1].message == "librdkafka \(LibraryVersion.text) has no such property")
    }

    @Test(
        "a value that librdkafka does not take is answered with those that it takes",
        arguments: [
            ("security.protocol", "TLS", "must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
            ("sasl.mechanism", "PLAN", "must be one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER"),
            ("sasl.mechanisms", "plain", "must be one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER"),
            ("socket.timeout.ms", "99999999999", "must be a number from 10 to 300000"),
            // 30000 in 32 bits.
            ("socket.timeout.ms", "4294997296", "must be a number from 10 to 300000"),
            ("enable.ssl.certificate.verification", "ja", "must be one of true, false"),
            ("ssl.endpoint.identification.algorithm", "http", "must be one of none, https"),
        ])
    func values(key: String, value: String, message: String) {
        #expect(ClientSettings.problems(in: [key: value]).map(\.message) == [message])
    }

    @Test("the second name of a property is known as that")
    func aliases() {
        #expect(ClientSettings.canonical("sasl.mechanism") == ClientSettings.canonical("sasl.mechanisms"))
        #expect(ClientSettings.canonical("compression.type") == "compression.codec")
        #expect(ClientSettings.canonical("client.rack") == "client.rack")
        #expect(ClientSettings.canonical("no.such") == "no.such")
    }

    @Test(
        "a secret in the value of any property is not quoted, whatever librdkafka says of it",
        arguments: [
            ("security.protocol", "org.x.PlainLoginModule required username=\"u\" password=\"SEKRET\";"),
            ("security.protocol", "https://u:SEKRET@h"), ("sasl.mechanism", "PLAIN username=u password=SEKRET"),
            ("debug", "all,password=SEKRET"), ("broker.address.family", "secret=SEKRET"),
            ("ssl.endpoint.identification.algorithm", "token=SEKRET"), ("linger.ms", "password: SEKRET"),
            ("ssl.curves.list", "password=SEKRET"), ("ssl.cipher.suites", "token=SEKRET"),
            ("ssl.ca.location", "https://u:SEKRET@h/?token=SEKRET"), ("client.rack", "x password=SEKRET"),
            ("ssl.keystore.location", "u:SEKRET@h"), ("ssl.sigalgs.list", "password=SEKRET"),
        ])
    func secretValues(key: String, value: String) {
        let problems = ClientSettings.problems(in: [key: value])
        #expect(!problems.map(\.message).joined().contains("SEKRET"), "\(problems)")
        let lines = LineLog()
        var logger = lines.logger
        logger.logLevel = .trace
        let properties = ["security.protocol": "SSL", "debug": "all"].merging([key: value]) { $1 }
        let settings = ClientSettings(bootstrapServers: "127.0.0.1:1", properties: properties, logger: logger)
        do throws(KafkaError) {
            try Admin(settings).close(deadlineMs: 1_000)
        } catch {
            #expect(!error.message.contains("SEKRET"), "\(error)")
        }
        #expect(!lines.lines.joined(separator: "\n").contains("SEKRET"), "\(lines.lines)")
    }

    @Test("a secret is taken out of what librdkafka writes, and so are the words of a command")
    func masked() {
        let mask = SecretMask([
            "sasl.password": "hunter22", "client.rack": "rack-7",
            "sasl.kerberos.kinit.cmd": "printf s3cr3t|kinit %{x} -k",
        ])
        #expect(mask("bad hunter22 at rack-7: s3cr3t|kinit") == "bad <redacted> at rack-7: <redacted>")
        #expect(SecretMask(["sasl.password": "kafka"])("kafka1:9092") == "kafka1:9092")
    }

    @Test(
        "a property holds a secret by its name, also by that of another client",
        arguments: [
            ("sasl.password", true), ("SSL.KEY.PEM", true), ("ssl_key", true), ("ssl.keystore.key", true),
            ("sasl.jaas.config", true), ("api.key", true), ("access_token", true), ("basic.auth.user.info", true),
            ("sasl.kerberos.kinit.cmd", true), ("ssl.key.location", false), ("key.deserializer", false),
            ("bootstrap.servers", false), ("sasl.mechanism", false), ("linger.ms", false),
        ])
    func secretNames(name: String, isSecret: Bool) {
        #expect(SecretProperty.holdsSecret(name) == isSecret)
    }

    @Test("an error about a property never quotes a secret")
    func secrets() {
        let secret = "hunter2-not-a-pem"
        let keys = [
            "ssl.key.pem", "ssl.certificate.pem", "ssl.ca.pem", "sasl.password", "ssl.key.password",
            "sasl.oauthbearer.client.secret", "ssl.keystore.password",
        ]
        let problems = ClientSettings.problems(
            in: Dictionary(uniqueKeysWithValues: keys.map { ($0, secret) }))
        #expect(problems.allSatisfy { !$0.message.contains(secret) })
    }

    @Test("OAUTHBEARER with librdkafka's own OIDC method is accepted if librdkafka is built with it")
    func oidc() {
        let problems = ClientSettings.problems(in: [
            "security.protocol": "SASL_SSL", "sasl.mechanisms": "OAUTHBEARER",
            "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.client.id": "stockd", "sasl.oauthbearer.client.secret": "x",
            "sasl.oauthbearer.token.endpoint.url": "https://id.example/token",
            "sasl.oauthbearer.scope": "kafka",
        ])
        // Debian's librdkafka is built without it, and says so.
        #expect(problems.allSatisfy { $0.message.contains("not supported in this build") })
    }

    @Test("a property that allows unsecured tokens is refused")
    func unsecuredToken() {
        let problems = ClientSettings.problems(in: ["enable.sasl.oauthbearer.unsecure.jwt": "true"])
        #expect(problems.count == 1)
    }

    @Test("each kind of client gets only the properties that apply to it")
    func clientKinds() throws {
        let cluster = try EmbeddedCluster()
        let topic = TestCluster.unique("topic")
        try cluster.createTopic(topic, partitions: 1)
        let lines = LineLog()
        let settings = ClientSettings(
            bootstrapServers: cluster.bootstrapServers,
            properties: ["linger.ms": "3", "fetch.min.bytes": "1", "compression.codec": "lz4"],
            logger: lines.logger)
        let producer = try TransactionalProducer(settings, ProducerSettings(transactionalID: nil))
        let reader = try PartitionReader(settings, topic: topic, from: [.beginning(0)])
        producer.close(deadlineMs: 5000)
        reader.close(deadlineMs: 5000)
        #expect(
            lines.lines.filter { $0.contains("facility=CONFWARN") || $0.contains("will be ignored") } == [])
        #expect(PropertyCatalogue.consumerOnly.contains("fetch.min.bytes"))
        #expect(PropertyCatalogue.producerOnly.contains("linger.ms"))
    }

    @Test("a client with a refused property is not created, and the error names the property")
    func refusedByClient() {
        let settings = ClientSettings(bootstrapServers: "127.0.0.1:1", properties: ["acks": "0"])
        let error = #expect(throws: KafkaError.self) { try Admin(settings) }
        #expect(error?.message.contains("acks") == true)
    }

    @Test("the installed librdkafka is recent enough")
    func version() {
        #expect(LibraryVersion.problem == nil)
        #expect(LibraryVersion.text.first == "2")
    }

    @Test("an embedded cluster, whose records may have no checksums, is known by its addresses while it runs")
    func embedded() throws {
        let cluster = try EmbeddedCluster(brokers: 2)
        let addresses = cluster.bootstrapServers.split(separator: ",").map(String.init)
        #expect(addresses.count == 2)
        for known in addresses + [cluster.bootstrapServers, "kafka:9092," + addresses[1]] {
            #expect(EmbeddedCluster.answers(at: known), "\(known)")
        }
        for foreign in ["", "kafka:9092", "127.0.0.1:1", addresses[0] + "0"] {
            #expect(!EmbeddedCluster.answers(at: foreign), "\(foreign)")
        }
        let told = EmbeddedCluster.environment["STOCKD_TEST_EMBEDDED_CLUSTERS"]?.split(separator: ",").map(String.init)
        #expect(Set(addresses).isSubset(of: told ?? []))
        cluster.close()
        #expect(!EmbeddedCluster.answers(at: addresses[0]))
        #expect(Consumer.readingProperties.contains { $0 == ("check.crcs", "true") })
    }
}
