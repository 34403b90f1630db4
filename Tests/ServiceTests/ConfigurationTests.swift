import Inventory
import Testing

@testable import Service

/// The settings that a file cannot leave out.
private let reference = """
    reference:
      products: {file: products.csv}
      warehouses: {file: /srv/warehouses.json}

    """

private func load(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
    let (configuration, mistakes) = Configuration.load(
        text: reference + text, named: "/etc/stockd/stockd.yaml", environment: environment)
    #expect(mistakes == [])
    return try #require(configuration)
}

@Suite("The configuration")
struct ConfigurationTests {
    @Test("every key has a name and a variable of its own, and every key and section is documented")
    func tableIsWhole() {
        #expect(Set(Keys.all.map(\.name)).count == Keys.all.count)
        #expect(Set(Keys.all.map(\.environmentName)).count == Keys.all.count)
        #expect(Keys.all.allSatisfy { !$0.documentation.isEmpty })
        let undocumented = Set(Keys.all.compactMap { $0.path.count > 1 ? $0.path[0] : nil })
            .subtracting(Keys.sectionDocumentation.keys)
        #expect(undocumented == [])
    }

    @Test("an empty file leaves every key at its default")
    func defaults() throws {
        let configuration = try load("")
        #expect(configuration.kafka.brokers == ["localhost:9092"])
        #expect(configuration.kafka.groupID == "stockd")
        #expect(configuration.kafka.sessionTimeout == .seconds(10))
        #expect(configuration.events.types == ["RECEIVED": 1, "RETURNED": 1, "SHIPPED": -1])
        #expect(configuration.events.dedupeWindow == 4_194_304)
        #expect(configuration.deadLetters.topic == "order-events-dlq")
        #expect(configuration.stateTopic == "stockd-state")
        #expect(configuration.alertsCleanupPolicy == "delete")
        #expect(configuration.commit.interval == .milliseconds(50))
        #expect(configuration.checkpoint.interval == .seconds(5))
        #expect(configuration.kafka.fetchBufferBytes == 64 << 20)
    }

    @Test("a relative path in the file is taken from the file's directory, one in a variable is not")
    func paths() throws {
        #expect(try load("").reference.products == .file("/etc/stockd/products.csv"))
        #expect(try load("").reference.warehouses == .file("/srv/warehouses.json"))
        let overridden = try load("", ["STOCKD_REFERENCE_PRODUCTS_FILE": "p.csv"])
        #expect(overridden.reference.products == .file("p.csv"))
    }

    @Test("every kind of value is read from the file")
    func kinds() throws {
        let configuration = try load(
            """
            kafka:
              brokers: [a:9092, "[::1]:9093", SSL://c.example:9094]
              broker_deadline: 1m30s
              fetch_buffer: 1GiB
              properties:
                security.protocol: SSL
                debug: cgrp,topic
            input: {start: "timestamp:2026-03-30T10:00:00.5+02:00", keyed_by: product}
            workers: 4
            events:
              types: {RECEIVED: 1, SHIPPED: -1, AUDITED: 0}
            dead_letters: {topic: null}
            topics: {create: no, replication_factor: 3}
            alerts: {format: upsert}
            """)
        #expect(configuration.kafka.bootstrapServers == "a:9092,[::1]:9093,SSL://c.example:9094")
        #expect(configuration.kafka.brokerDeadline == .seconds(90))
        #expect(configuration.kafka.fetchBufferBytes == 1 << 30)
        #expect(configuration.kafka.properties == ["security.protocol": "SSL", "debug": "cgrp,topic"])
        #expect(configuration.input.start == .timestamp(Timestamp(microseconds: 1_774_857_600_500_000)))
        #expect(configuration.workers == 4)
        #expect(configuration.events.types == ["RECEIVED": 1, "SHIPPED": -1, "AUDITED": 0])
        #expect(configuration.deadLetters.topic == nil)
        #expect(configuration.topics.create == false)
        #expect(configuration.topics.replicationFactor == 3)
        #expect(configuration.alertsCleanupPolicy == "compact")
    }

    @Test("every key can be given as its variable, which wins over the file")
    func environment() throws {
        let configuration = try load(
            "kafka: {group_id: file}\nworkers: 1",
            [
                "STOCKD_KAFKA_GROUP_ID": "variable", "STOCKD_KAFKA_BROKERS": "a:1, b:2",
                "STOCKD_KAFKA_PROPERTIES": "debug=cgrp,topic,ssl.ca.location=/ca.pem",
                "STOCKD_EVENTS_TYPES": "IN=+1,OUT=-1", "STOCKD_DEAD_LETTERS_TOPIC": "null",
                "STOCKD_COMMIT_INTERVAL": "5ms", "STOCKD_LOG_LEVEL": "",
            ])
        #expect(configuration.kafka.groupID == "variable")
        #expect(configuration.kafka.brokers == ["a:1", "b:2"])
        #expect(configuration.kafka.properties == ["debug": "cgrp,topic", "ssl.ca.location": "/ca.pem"])
        #expect(configuration.events.types == ["IN": 1, "OUT": -1])
        #expect(configuration.deadLetters.topic == nil)
        #expect(configuration.commit.interval == .milliseconds(5))
        #expect(configuration.log.level == .info)
        let origin = configuration.settings.first { $0.key.name == "kafka.group_id" }?.origin
        #expect(origin == .environment(name: "STOCKD_KAFKA_GROUP_ID"))
    }

    @Test("every default given as a variable changes nothing", arguments: Keys.all.map(\.name))
    func defaultAsVariable(name: String) throws {
        let key = try #require(Keys.named(name))
        guard key.shipped == nil else { return }
        let standard = try load("")
        let given = try load("", [key.environmentName: key.standard])
        #expect(standard.changes(to: given).isEmpty)
        let origin = given.settings.first { $0.key.name == name }?.origin
        let expected: Origin = key.standard.isEmpty ? .standard : .environment(name: key.environmentName)
        #expect(origin == expected)
    }

    @Test("a worker's transactional id follows the group and the host unless it is given")
    func transactionalID() throws {
        let standard = try load("").kafka
        #expect(standard.transactionalID("0", hostname: "db1") == "stockd-db1-0")
        let member = try load("kafka: {group_instance_id: east}").kafka
        #expect(member.transactionalID("1", hostname: "db1") == "stockd-east-1")
        #expect(member.groupInstanceID(worker: 1, of: 2) == "east-1")
        #expect(member.groupInstanceID(worker: 0, of: 1) == "east")
        let named = try load("kafka: {transactional_id: mine}").kafka
        #expect(named.transactionalID("0", hostname: "db1") == "mine-0")
    }

    @Test("a changed key is reported as applied or as waiting for a restart")
    func changes() throws {
        let old = try load("")
        let new = try load("log: {level: debug}\nkafka: {group_id: other}")
        #expect(old.changes(to: old).isEmpty)
        #expect(
            old.changes(to: new).map(\.description) == [
                "kafka.group_id: stockd is now other (/etc/stockd/stockd.yaml:5); needs a restart",
                "log.level: info is now debug (/etc/stockd/stockd.yaml:4); applied",
            ])
    }
}
