import Foundation
import TestSupport
import Testing

@Suite("The settings of a replay", .blocking)
struct ReplaySettingsTests {
    /// As it runs in production: with secrets that are not here, a retired key, and the tables beside it.
    private static let configuration = """
        delivery: exactly_once
        kafka:
          brokers: kafka.example.com:9093
          properties: {security.protocol: SASL_SSL, sasl.mechanism: PLAIN}
        http: {listen: "0.0.0.0:8080"}
        input:
          fields: {quantity: data.qty, event_id: data.event_id, event_type: type, product_id: data.product, \
        warehouse_id: data.site, event_time: time}
        reference:
          products: {file: products.csv}
          warehouses: {file: warehouses.csv}

        """

    private static func cloudEvent(_ id: Int) -> String {
        """
        {"specversion": "1.0", "id": "a\(id)", "source": "/shop", "type": "RECEIVED", "time": "2026-03-30T08:00:00Z", \
        "datacontenttype": "application/json", "data": {"event_id": \(id), "product": 1, "site": 1, "qty": 10}}

        """
    }

    @Test("a replay takes input.fields and the tables from a production configuration, whose secrets are elsewhere")
    func cloudEvents() throws {
        let stage = try ReplayStage([
            "events.ndjson": Data((Self.cloudEvent(1) + Self.cloudEvent(2)).utf8),
            "stockd.yaml": Data(Self.configuration.utf8),
        ])
        let result = try stage.replay(["events.ndjson"], ["--config", stage.path("stockd.yaml")], tables: false)
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(20)), "\(result.text)")
        #expect(result.text.hasSuffix("stockd: 2 events applied\n"), "\(result.text)")
    }

    @Test(
        "a replay ends with 78 and names each mistake in the sections that it uses, and no other",
        arguments: [
            "input: {format: avro}", "events: {types: {A: 2}}", "inptu: {format: json}", "alerts: {emmit: all}",
        ])
    func mistakes(section: String) throws {
        let key = section.prefix { $0 != ":" }
        let stage = try ReplayStage([
            "events.ndjson": Data(ReplayStage.event(1).utf8),
            "stockd.yaml": Data((section + "\nkafka: {group_id: \"\"}\n").utf8),
        ])
        let result = try stage.replay(["events.ndjson"], ["--config", stage.path("stockd.yaml")])
        #expect(result.code == 78)
        #expect(result.text.hasPrefix("stockd: \(key)"), "\(result.text)")
        #expect(!result.text.contains("kafka"), "\(result.text)")
    }

    @Test(
        "a replay takes a configuration without anything in it, if the tables are given",
        arguments: ["", "# nothing yet\n", "{}\n", "---\n"])
    func empty(text: String) throws {
        let stage = try ReplayStage([
            "events.ndjson": Data(ReplayStage.event(1).utf8), "stockd.yaml": Data(text.utf8),
        ])
        let options = ["--config", stage.path("stockd.yaml")]
        let result = try stage.replay(["events.ndjson"], options)
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(10)), "\(result.text)")
        #expect(try stage.replay(["events.ndjson"], options, tables: false).code == 64)
    }

    @Test("an empty name is wrong usage and says what it is of")
    func emptyName() throws {
        for (words, message) in [
            (["replay", ""], "a file of events has an empty name"),
            (["replay", "--products", "", "e"], "--products: the file's name is empty"),
            (["check", "--config", ""], "--config: the file's name is empty"),
        ] {
            let program = try Program(Program.stockd(), words)
            defer { program.remove() }
            #expect(try program.exitCode() == 64)
            #expect(program.text.contains(message), "\(program.text)")
        }
    }

    @Test("a replay reads the messages of a reference topic from a file, and asks for one")
    func referenceTopic() throws {
        let configuration = """
            reference:
              products: {topic: shop.products, fields: {product_name: title}}
              warehouses: {file: warehouses.csv}

            """
        func change(_ title: String, lsn: Int) -> String {
            let row = #"{"product_id":1,"title":"\#(title)","category":"Hardware","reorder_threshold":40}"#
            return #"{"before":null,"after":\#(row),"source":{"lsn":\#(lsn)},"op":"u"}"#
        }
        let stage = try ReplayStage([
            "events.ndjson": Data(ReplayStage.event(1).utf8), "stockd.yaml": Data(configuration.utf8),
            "rows.ndjson": Data([change("Bolt", lsn: 2), change("Nail", lsn: 1)].joined(separator: "\n").utf8),
            "bad.ndjson": Data(#"{"product_id":1,"product_name":"Bolt"}"#.utf8),
        ])
        let options = ["--config", stage.path("stockd.yaml")]
        let result = try stage.replay(
            ["events.ndjson"], options + ["--products", stage.path("rows.ndjson")], tables: false)
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(10)), "\(result.text)")

        let missing = try stage.replay(["events.ndjson"], options, tables: false)
        #expect(missing.code == 64)
        #expect(missing.text.contains("the products are in the topic shop.products"), "\(missing.text)")
        #expect(missing.text.contains("give --products FILE"), "\(missing.text)")

        let bad = try stage.replay(
            ["events.ndjson"], options + ["--products", stage.path("bad.ndjson")], tables: false)
        #expect(bad.code == 65 && bad.text.contains("bad.ndjson: line 1: "), "\(bad.text)")
    }

    @Test("a replay obeys the settings of input and events, from the file and from variables")
    func settings() throws {
        let lines = [
            ReplayStage.event(1), ReplayStage.event(1, quantity: 7), ReplayStage.event(2, "DAMAGED", quantity: 2),
        ]
        let stage = try ReplayStage([
            "events.ndjson": Data(lines.joined(separator: "\n").utf8),
            "stockd.yaml": Data("events: {types: {RECEIVED: +1, DAMAGED: -1}, dedupe_window: 0}".utf8),
        ])
        let options = ["--config", stage.path("stockd.yaml")]
        let plain = try stage.replay(["events.ndjson"], options)
        #expect(plain.text.contains(ReplayStage.row(15)), "\(plain.text)")
        #expect(plain.text.hasSuffix("stockd: 3 events applied\n"), "\(plain.text)")
        let rows = try stage.replay(["events.ndjson"], options, variables: ["STOCKD_INPUT_FORMAT": "debezium"])
        #expect(rows.text.contains(ReplayStage.row(5)), "\(rows.text)")
        #expect(rows.text.hasSuffix("stockd: 2 events applied, 1 updated\n"), "\(rows.text)")
        let alone = try stage.replay(variables: ["STOCKD_EVENTS_TYPES": "RECEIVED=1,DAMAGED=-1"])
        #expect(alone.text.contains(ReplayStage.row(8)), "\(alone.text)")
        #expect(alone.text.hasSuffix("stockd: 2 events applied, 1 duplicate\n"), "\(alone.text)")
    }

    @Test("a replay without reference tables says which option is missing")
    func missingTables() throws {
        let stage = try ReplayStage(ReplayStage.event(1))
        let result = try stage.replay(tables: false)
        #expect(result.code == 64)
        #expect(result.text.hasPrefix("stockd: the products are missing: give --products FILE"), "\(result.text)")
    }
}
