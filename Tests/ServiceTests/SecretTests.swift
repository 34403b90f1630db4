import TestSupport
import Testing

@testable import Service

private let reference = [
    "STOCKD_REFERENCE_PRODUCTS_TOPIC": "products", "STOCKD_REFERENCE_WAREHOUSES_TOPIC": "warehouses",
    "STOCKD_KAFKA_PROPERTIES": "security.protocol=SASL_SSL,ssl.key.pem=hunter3",
]

@Suite("Secrets")
struct SecretTests {
    @Test("a credential is found by its key's or its variable's name, and the environment wins over it")
    func credentials() throws {
        let directory = try TemporaryDirectory()
        try directory.write("hunter2\n", to: "kafka.sasl_password")
        try directory.write("hunter4", to: "STOCKD_KAFKA_SSL_KEY_PASSWORD")
        try directory.write("-----BEGIN", to: "client.key")
        let (found, mistakes) = Configuration.load(
            file: nil, environment: reference, credentialsDirectory: directory.path)
        #expect(mistakes == [])
        let kafka = try #require(found?.kafka)
        #expect(kafka.credentials["sasl.password"]?.reveal() == "hunter2")
        #expect(kafka.credentials["ssl.key.password"]?.reveal() == "hunter4")
        #expect(kafka.credentials.keys.sorted() == ["sasl.password", "ssl.key.password"])
        let variables = reference.merging(["STOCKD_KAFKA_SASL_PASSWORD": "hunter5"]) { $1 }
        let (overridden, _) = Configuration.load(
            file: nil, environment: variables, credentialsDirectory: directory.path)
        #expect(overridden?.kafka.credentials["sasl.password"]?.reveal() == "hunter5")
        #expect(
            try #require(found).changes(to: try #require(overridden)).map(\.new.key.name) == [
                "kafka.sasl_password"
            ])
    }

    @Test("each credential in Config/stockd.service is a secret key in a file of the same name")
    func unit() throws {
        let unit = try Repository.text("Config/stockd.service")
        let samples = unit.matches(of: /(?m)^#?LoadCredential=([^:\n]+):(\S+)$/)
        #expect(samples.count >= 3)
        for sample in samples {
            let key = Keys.byName[String(sample.1)]
            #expect(key?.isSecret == true, "\(sample.1)")
            #expect(sample.2 == "/etc/stockd/credentials/\(sample.1)")
        }
    }

    @Test("no description or dump shows a secret")
    func redaction() throws {
        let variables = reference.merging(["STOCKD_KAFKA_SASL_PASSWORD": "hunter2"]) { $1 }
        let (found, mistakes) = Configuration.load(file: nil, environment: variables)
        #expect(mistakes == [])
        let configuration = try #require(found)
        var text = "\(configuration.settings) \(configuration.kafka.credentials as Any)"
        dump(configuration.kafka.credentials, to: &text)
        dump(configuration.settings, to: &text)
        #expect(text.contains("<redacted>"))
        #expect(!text.contains("hunter"))
    }

    @Test("a secret in the configuration file is rejected without being quoted")
    func inTheFile() {
        let (_, mistakes) = Configuration.load(
            text: "kafka:\n  sasl_password: hunter2\n", named: "f", environment: reference)
        #expect(
            mistakes.map(\.description) == [
                "kafka.sasl_password: found <redacted> (f:2); a secret must not be in this file: "
                    + "set STOCKD_KAFKA_SASL_PASSWORD or the credential kafka.sasl_password"
            ])
    }

    @Test("a credential with a name that is nearly a key's is a mistake")
    func misspelt() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("x", to: "kafka.sasl_pasword")
        let (_, mistakes) = Configuration.load(
            file: nil, environment: reference, credentialsDirectory: directory.path)
        #expect(
            mistakes.map(\.description) == [
                "kafka.sasl_pasword: (credential \(file)) there is no such key; "
                    + "did you mean kafka.sasl_password?"
            ])
    }
}
