import Testing

@testable import Service

private let tables = [
    "STOCKD_REFERENCE_PRODUCTS_TOPIC": "products", "STOCKD_REFERENCE_WAREHOUSES_TOPIC": "warehouses",
]

private func load(_ environment: [String: String]) -> (Configuration?, [Mistake]) {
    Configuration.load(file: nil, environment: tables.merging(environment) { $1 })
}

@Suite("Variables of others")
struct ForeignVariableTests {
    @Test(
        "the variables that Kubernetes and Docker set for services and links named like stockd are ignored",
        arguments: [
            [
                "STOCKD_SERVICE_HOST": "10.0.0.1", "STOCKD_SERVICE_PORT": "8080", "STOCKD_SERVICE_PORT_HTTP": "8080",
                "STOCKD_PORT": "tcp://10.0.0.1:8080", "STOCKD_PORT_8080_TCP": "tcp://10.0.0.1:8080",
                "STOCKD_PORT_8080_TCP_ADDR": "10.0.0.1", "STOCKD_PORT_8080_TCP_PORT": "8080",
                "STOCKD_PORT_8080_TCP_PROTO": "tcp",
            ],
            [
                "STOCKD_KAFKA_SERVICE_HOST": "10.0.0.7", "STOCKD_KAFKA_SERVICE_PORT": "9092",
                "STOCKD_KAFKA_SERVICE_PORT_TCP_CLIENT": "9092", "STOCKD_KAFKA_PORT": "tcp://10.0.0.7:9092",
                "STOCKD_KAFKA_PORT_9092_TCP": "tcp://10.0.0.7:9092", "STOCKD_KAFKA_PORT_9092_TCP_PROTO": "tcp",
                "STOCKD_KAFKA_PORT_9092_TCP_PORT": "9092", "STOCKD_KAFKA_PORT_9092_TCP_ADDR": "10.0.0.7",
                "STOCKD_METRICS_SERVICE_HOST": "10.0.0.8", "STOCKD_METRICS_PORT": "tcp://10.0.0.8:9090",
                "STOCKD_DNS_PORT": "udp://10.0.0.9:53", "STOCKD_DNS_PORT_53_UDP": "udp://10.0.0.9:53",
            ],
            [
                "STOCKD_KAFKA_NAME": "/stockd/kafka", "STOCKD_KAFKA_ENV_FOO": "bar", "STOCKD_KAFKA_ENV_KAFKA_OPTS": "",
                "STOCKD_ENV_PATH": "/bin", "STOCKD_KAFKA_PORT_9092_TCP_START": "tcp://10.0.0.7:9092",
                "STOCKD_KAFKA_PORT_9092_TCP_PORT_END": "9094",
            ],
        ])
    func ignored(environment: [String: String]) throws {
        let (configuration, mistakes) = load(environment)
        #expect(mistakes == [])
        #expect(try #require(load([:]).0).changes(to: try #require(configuration)).isEmpty)
    }

    @Test(
        "a variable that only resembles those is a mistake",
        arguments: [
            ("STOCKD_KAFKA_PORT", "9092"), ("STOCKD_HTTP_PORT", "8080"), ("STOCKD_KAFKA_NAME", "kafka"),
            ("STOCKD_KAFKA_PORTS", "tcp://10.0.0.7:9092"), ("STOCKD_KAFKA_URL", "tcp://10.0.0.7:9092"),
            ("STOCKD_KAFKA_PORT_X_TCP", "1"),
        ])
    func resembling(name: String, value: String) {
        #expect(load([name: value]).1.map(\.key) == [name])
    }

    @Test("a key of ours counts whatever its value resembles, and a misspelt one gets a suggestion")
    func ours() {
        #expect(load(["STOCKD_KAFKA_SASL_USERNAME": "/a/b", "STOCKD_KAFKA_CLIENT_ID": "/a/b"]).1.isEmpty == false)
        #expect(load(["STOCKD_KAFKA_CLIENT_ID": "/a/b"]).0?.kafka.clientID == "/a/b")
        #expect(
            load(["STOCKD_KAFKA_GROUP_IDD": "x"]).1.map(\.remedy)
                == ["there is no such setting; did you mean STOCKD_KAFKA_GROUP_ID?"])
    }
}
