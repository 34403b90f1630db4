import Foundation
import Testing

@testable import Service

private let tables = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

private func load(_ properties: String, _ environment: [String: String] = [:]) -> (Configuration?, [Mistake]) {
    Configuration.load(
        text: tables + "kafka:\n  properties:\n" + properties, named: "stockd.yaml", environment: environment,
        checkProperty: Configuration.checkProperty)
}

@Suite("What kafka.properties says of the connection")
struct ClientFileTests {
    @Test(
        "a file that is missing or holds something else is named with its property and line",
        arguments: ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location"])
    func files(property: String) throws {
        let directory = try TemporaryDirectory()
        func problems(_ path: String) throws -> [String] {
            let properties = "    security.protocol: SSL\n    \(property): \(path)\n"
            let (configuration, mistakes) = load(properties, ["STOCKD_KAFKA_SSL_KEYSTORE_PASSWORD": "x"])
            #expect(mistakes == [])
            return try #require(configuration).clientProblems()
        }
        func found(_ path: String) -> String { "kafka.properties.\(property): found \"\(path)\" (stockd.yaml:5); " }
        let missing = directory.path + "/missing"
        #expect(try problems(missing) == [found(missing) + "cannot be read: no such file or directory"])
        guard property != "ssl.keystore.location" else { return }
        let isKey = property == "ssl.key.location"
        let text = try directory.write(
            "-----BEGIN \(isKey ? "CERTIFICATE" : "PRIVATE KEY")-----\n", to: "other.pem")
        let what = isKey ? "a private key, -----BEGIN PRIVATE KEY-----" : "certificates, -----BEGIN CERTIFICATE-----"
        #expect(try problems(text) == [found(text) + "must be a PEM file with " + what])
        guard property != "ssl.ca.location" else { return }
        let directoryPath = directory.path
        #expect(
            try problems(directoryPath) == [found(directoryPath) + "cannot be read: it is a directory and not a file"])
    }

    @Test("files of a connection without TLS are not looked at, and a directory or null may stand for authorities")
    func unused() throws {
        let directory = try TemporaryDirectory()
        for properties in [
            "    ssl.ca.location: /nonexistent\n", "    security.protocol: SSL\n    ssl.ca.location: null\n",
            "    security.protocol: SSL\n    ssl.ca.location: \(directory.path)\n",
            "    security.protocol: SSL\n    ssl.ca.location:\n",
        ] {
            #expect(try #require(load(properties).0).clientProblems() == [], "\(properties)")
        }
    }

    @Test(
        "a login that cannot work is one mistake that says what is missing",
        arguments: [
            ("    security.protocol: SASL_SSL\n", "sasl.mechanism is missing beside security.protocol: SASL_SSL; add"),
            ("    security.protocol: sasl_plaintext\n", "sasl.mechanism is missing"),
            ("    security.protocol: TLS\n", "must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
            (
                "    security.protocol: SASL_SSL\n    sasl.mechanism: PLAN\n",
                "must be one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER"
            ),
            (
                "    security.protocol: SASL_SSL\n    sasl.mechanism: GSSAPI\n    sasl.mechanisms: OAUTHBEARER\n",
                "sasl.mechanism and sasl.mechanisms are one property, and have different values"
            ),
            (
                "    security.protocol: SSL\n    ssl.keystore.location: /x.p12\n",
                "ssl.keystore.location needs it: set STOCKD_KAFKA_SSL_KEYSTORE_PASSWORD or the credential "
                    + "kafka.ssl_keystore_password"
            ),
            ("    socket.timeout.ms: 99999999999\n", "must be a number from 10 to 300000"),
        ])
    func logins(properties: String, remedy: String) {
        let (_, mistakes) = load(properties)
        #expect(mistakes.count == 1, "\(mistakes)")
        #expect(mistakes.first?.remedy.hasPrefix(remedy) == true, "\(mistakes)")
    }

    @Test("a trial client does not run the command that gets a Kerberos ticket")
    func kinit() throws {
        let directory = try TemporaryDirectory()
        let mark = directory.path + "/ran"
        let properties = """
                security.protocol: SASL_PLAINTEXT
                sasl.mechanism: GSSAPI
                sasl.kerberos.kinit.cmd: touch \(mark)

            """
        let configuration = try #require(load(properties).0)
        #expect(configuration.clientProblems() == [] && configuration.clientNotes() == [])
        #expect((try? FileContent.bytes(ofFile: mark)) == nil)
    }

    @Test(
        "a configuration of another kind is named as what it is",
        arguments: [
            ([0xFF, 0xFE, 0x6B, 0], "text in UTF-16"), (Array("k\0a\0f\0k\0".utf8), "text in UTF-16"),
            ([0x1F, 0x8B, 8, 0, 0], "gzip-compressed data"),
        ] as [([UInt8], String)])
    func foreign(bytes: [UInt8], name: String) throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "stockd.yaml")
        try Data(bytes).write(to: file)
        let (_, mistakes) = Configuration.load(file: file.path, environment: [:])
        #expect(mistakes.map(\.remedy) == ["is \(name); must be text in UTF-8"])
    }
}
