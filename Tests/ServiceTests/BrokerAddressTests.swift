import Testing

@testable import Service

private let tables = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

private func load(brokers: String, _ properties: String = "{}") -> (Configuration?, [Mistake]) {
    Configuration.load(
        text: tables + "kafka: {properties: \(properties)}\n", named: "stockd.yaml",
        environment: ["STOCKD_KAFKA_BROKERS": brokers], checkProperty: Configuration.checkProperty)
}

@Suite("The forms of kafka.brokers")
struct BrokerAddressTests {
    @Test(
        "an address that librdkafka can use is taken as it is, whatever blanks and commas are around it",
        arguments: [
            ("localhost:9092", ["localhost:9092"]), ("PLAINTEXT://b:9092", ["PLAINTEXT://b:9092"]),
            ("plaintext://b:9092", ["plaintext://b:9092"]), ("b", ["b"]), ("b:9092, c:9092", ["b:9092", "c:9092"]),
            ("[::1]:9092", ["[::1]:9092"]), ("[fe80::1%eth0]:9092", ["[fe80::1%eth0]:9092"]), ("[::1]", ["[::1]"]),
            ("b:9092,,c:9092", ["b:9092", "c:9092"]), ("b:9092,", ["b:9092"]), (" ,b:9092 , ", ["b:9092"]),
            ("10.0.0.7:9092", ["10.0.0.7:9092"]), ("kafka_1.internal:1", ["kafka_1.internal:1"]),
        ])
    func right(text: String, brokers: [String]) {
        let (configuration, mistakes) = load(brokers: text)
        #expect(mistakes == [])
        #expect(configuration?.kafka.brokers == brokers)
    }

    @Test("a list in the file may hold stray commas and empty elements")
    func list() {
        let text = "kafka: {brokers: ['a:1,b:2', '', ' c:3 ', '[::1]:4']}\n"
        let (configuration, mistakes) = Configuration.load(text: tables + text, named: "stockd.yaml")
        #expect(mistakes == [])
        #expect(configuration?.kafka.bootstrapServers == "a:1,b:2,c:3,[::1]:4")
    }

    @Test(
        "an address that librdkafka would drop is one mistake that shows it and says what is right",
        arguments: [
            ("kafka://b:9092", "kafka://b:9092", "Kafka has no kafka://; write host:port alone"),
            ("http://b:9092/", "http://b:9092/", "Kafka has no http://; write host:port alone"),
            ("b:", "b:", "the port is missing after the colon"),
            ("b:0", "b:0", "the port must be a number from 1 to 65535"),
            ("b:99999", "b:99999", "the port must be a number from 1 to 65535"),
            ("b:+9092", "b:+9092", "the port must be a number from 1 to 65535"),
            ("a:1,b:0,c:99999", "b:0", "the port must be a number from 1 to 65535"),
            (":9092", ":9092", "the host is missing"),
            ("PLAINTEXT://", "PLAINTEXT://", "the host is missing"),
            ("b:9092;c:9092", "b:9092;c:9092", "separate the brokers with commas"),
            ("b:9092 c:9092", "b:9092 c:9092", "separate the brokers with commas"),
            ("b:9092\nc:9092", "b:9092\\nc:9092", "separate the brokers with commas"),
            ("a :9092", "a :9092", "there is a blank in the address"),
            ("a: 9092", "a: 9092", "there is a blank in the address"),
            ("::1:9092", "::1:9092", "write an IPv6 address in brackets: [::1]:9092"),
            ("::1", "::1", "write an IPv6 address in brackets: [::1]:9092"),
            ("[::1:9092", "[::1:9092", "brackets are for an IPv6 address alone"),
            ("[b]:9092", "[b]:9092", "brackets are for an IPv6 address alone"),
            ("[::1]9092", "[::1]9092", "after the bracket comes a colon and the port"),
            ("[a:9092,b:9092]", "[a:9092", "brackets are for an IPv6 address alone"),
            ("localhost:9092/", "localhost:9092/", "a broker has no path; write localhost:9092 alone"),
            ("PLAINTEXT://b:9092/topic", "PLAINTEXT://b:9092/topic", "a broker has no path; write b:9092 alone"),
            ("b:9092?acks=all", "b:9092?acks=<redacted>", "a broker has no path; write b:9092 alone"),
            ("//b:9092", "//b:9092", "a broker has no path; write host:port alone"),
            ("9092", "9092", "a number alone is no host"),
            ("\"b:9092\"", "\\\"b:9092\\\"", "a host consists of letters, digits and . - _"),
            ("PLAINTEXT:b:9092", "PLAINTEXT:b:9092", "write host:port, with one colon"),
        ])
    func wrong(text: String, found: String, remedy: String) throws {
        let (_, mistakes) = load(brokers: text)
        if text.contains("a:1,b:0") || text.hasPrefix("[a:") {
            #expect(mistakes.map(\.key).allSatisfy { $0 == "kafka.brokers" })
        } else {
            #expect(mistakes.count == 1, "\(mistakes)")
        }
        let mistake = try #require(mistakes.first).description
        let start = "kafka.brokers: found \"\(found)\" (environment variable STOCKD_KAFKA_BROKERS); \(remedy)"
        #expect(mistake.hasPrefix(start), "\(mistake)")
    }

    @Test("a list of no address is a mistake", arguments: [",", " , ,", "null"])
    func none(text: String) {
        #expect(load(brokers: text).1.map(\.remedy) == ["must be host:port addresses separated by commas"])
    }

    @Test(
        "a user and a password in an address are a mistake that shows neither, wherever a comma splits them",
        arguments: ["u:hunter2@b:9092", "SASL_SSL://u:hunter2@b:9092", "u:hun,ter2@b:9092,c:9092", "u:hunter2,@b"])
    func users(text: String) {
        let (_, mistakes) = load(brokers: text)
        #expect(mistakes.count == 1)
        let shown = mistakes.map(\.description).joined()
        #expect(shown.contains("an address has no user and no password; set kafka.sasl_username"))
        #expect(!shown.contains("hun") && !shown.contains("ter2"))
    }

    @Test(
        "a scheme that security.protocol does not agree with is one mistake, and the one it names is right",
        arguments: [
            ("SASL_SSL://b:9092,SASL_SSL://c:9092", "{}", "SASL_SSL", "PLAINTEXT by default"),
            ("SSL://b:9092", "{security.protocol: SASL_SSL}", "SSL", "SASL_SSL"),
            ("ssl://b:9092", "{}", "SSL", "PLAINTEXT by default"),
            ("b:9092,PLAINTEXT://c:9092", "{security.protocol: ssl}", "PLAINTEXT", "SSL"),
        ])
    func schemes(text: String, properties: String, scheme: String, written: String) {
        let (_, mistakes) = load(brokers: text, properties)
        #expect(
            mistakes.map(\.remedy) == [
                "\(scheme):// does not agree with security.protocol, which is \(written): set security.protocol: "
                    + "\(scheme) in kafka.properties, or write host:port alone"
            ])
        let login = scheme.hasPrefix("SASL") ? ", sasl.mechanism: OAUTHBEARER" : ""
        #expect(load(brokers: text, "{security.protocol: \(scheme)\(login)}").1.isEmpty)
    }

    @Test("a scheme is not judged by a security.protocol that is wrong itself")
    func wrongProtocol() {
        let (_, mistakes) = load(brokers: "SSL://b:9092", "{security.protocol: TLS}")
        #expect(mistakes.map(\.key) == ["kafka.properties.security.protocol"])
        let (_, misspelt) = load(brokers: "SSL://b:9092", "{security.protcol: SSL}")
        #expect(misspelt.map(\.key) == ["kafka.properties.security.protcol"])
        #expect(misspelt.first?.remedy.hasSuffix("did you mean security.protocol?") == true)
    }
}
