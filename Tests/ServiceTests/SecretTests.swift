import Foundation
import TestSupport
import Testing

@testable import Service

private let reference = [
    "STOCKD_REFERENCE_PRODUCTS_TOPIC": "products", "STOCKD_REFERENCE_WAREHOUSES_TOPIC": "warehouses",
    "STOCKD_KAFKA_PROPERTIES": "security.protocol=SASL_SSL,sasl.mechanism=GSSAPI,ssl.key.pem=hunter3",
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

    @Test(
        "each credential in a unit file is a secret key in a file of the same name",
        arguments: ["Config/stockd.service", "Config/stockd-notify.service"])
    func unit(file: String) throws {
        let unit = try Repository.text(file)
        let samples = unit.matches(of: /(?m)^#?LoadCredential=([^:\n]+):(\S+)$/)
        #expect(samples.count >= 3)
        for sample in samples {
            let key = Keys.named(String(sample.1))
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

    private let login = [
        "STOCKD_KAFKA_PROPERTIES": "security.protocol=SASL_SSL,sasl.mechanism=PLAIN",
        "STOCKD_KAFKA_SASL_USERNAME": "u",
    ]

    private func load(
        _ directory: String, _ environment: [String: String] = [:]
    ) -> (Configuration?, [Mistake]) {
        Configuration.load(
            file: nil, environment: reference.merging(environment) { $1 }, credentialsDirectory: directory)
    }

    @Test("a credential with a name that is nearly a key's is noted, and is the mistake where its key is missing")
    func misspelt() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("x", to: "kafka.sasl_pasword")
        let text =
            "kafka.sasl_pasword: (credential \(file)) the file is not read, because no key has its name; "
            + "did you mean kafka.sasl_password?"
        let (configuration, mistakes) = load(directory.path)
        #expect(mistakes == [])
        #expect(configuration?.notes.map(\.description) == [text])
        #expect(load(directory.path, login).1.map(\.description) == [text])
    }

    @Test("a credential with a name that is nearly a variable's is noted")
    func misspeltVariable() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "STOCKD_HTTP_TOKN")
        let (configuration, mistakes) = load(directory.path)
        #expect(mistakes == [])
        #expect(configuration?.notes.map(\.key) == ["STOCKD_HTTP_TOKN"])
        #expect(configuration?.notes.first?.remedy.hasSuffix("did you mean http.token?") == true)
    }

    @Test(
        "files of the credentials directory that name no setting are left alone",
        arguments: [
            "kafka.key", "kafka.pem", "ca.pem", "tls.key", "tls.crt", "http.key", "client.key", "db.password",
            "mysql_password", "password", "id_rsa", "kafka.ssl_key",
        ])
    func foreign(name: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("k\n", to: name)
        let (configuration, mistakes) = load(directory.path)
        #expect(mistakes == [])
        #expect(configuration?.notes == [])
    }

    @Test("Kubernetes' links are followed, and line ends and a byte-order mark are no part of a secret")
    func links() throws {
        let directory = try TemporaryDirectory()
        let files = FileManager.default
        try files.createDirectory(atPath: directory.path + "/..2026", withIntermediateDirectories: true)
        try directory.write("\u{FEFF}secret \r\n", to: "..2026/kafka.sasl_password")
        try files.createSymbolicLink(atPath: directory.path + "/..data", withDestinationPath: "..2026")
        try files.createSymbolicLink(
            atPath: directory.path + "/kafka.sasl_password", withDestinationPath: "..data/kafka.sasl_password")
        let (configuration, mistakes) = load(directory.path, login)
        #expect(mistakes == [])
        #expect(configuration?.kafka.credentials["sasl.password"]?.reveal() == "secret ")
    }

    @Test("an empty credential and one that cannot be read are one mistake each", arguments: ["", "\n", "\r\n\r\n"])
    func empty(content: String) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(content, to: "kafka.sasl_password")
        #expect(
            load(directory.path, login).1.map(\.description) == [
                "kafka.sasl_password: (credential \(file)) "
                    + "the file is empty; write the value into it, or remove the file"
            ])
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        #expect(load(directory.path, login).1.map(\.key) == ["kafka.sasl_password"])
    }

    @Test("a credentials directory that is not there is one mistake, and an empty variable is none")
    func missing() {
        #expect(
            load("/nonexistent", login).1.map(\.description) == [
                "CREDENTIALS_DIRECTORY: found \"/nonexistent\" (environment variable CREDENTIALS_DIRECTORY); "
                    + "cannot be read: no such file or directory"
            ])
        #expect(load("").1 == [])
        #expect(load("", login).1.map(\.key) == ["kafka.sasl_password"])
    }
}
