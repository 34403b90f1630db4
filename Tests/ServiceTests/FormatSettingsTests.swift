import Testing
import Wire

@testable import Service

@Suite("The formats of topics")
struct FormatSettingsTests {
    private let reference = """
        reference:
          products: { file: products.csv }
          warehouses: { topic: shop.warehouses, format: debezium, fields: { warehouse_name: title } }

        """

    private func load(_ text: String) -> (Configuration?, [Mistake]) {
        Configuration.load(text: text + "\n" + reference, named: "stockd.yaml")
    }

    @Test("a topic's format is read with its fields, encodings and prefix")
    func areRead() throws {
        let (configuration, mistakes) = load(
            """
            input:
              format: debezium
              fields:
                quantity: line.qty
                event_id: event_id
              encodings: { event_time: us, quantity: "base64:0" }
              unwrap_prefix: cdc_
              on_truncate: apply
            """)
        #expect(mistakes == [])
        let input = try #require(configuration?.input)
        var format = SourceFormat(.debezium)
        format.fields = ["quantity": "line.qty"]
        format.encodings = ["event_time": .epoch(.microseconds), "quantity": .base64(scale: 0)]
        format.unwrapPrefix = "cdc_"
        #expect(input.format == format)
        #expect(input.onTruncate == .apply)
        #expect(configuration?.reference.warehouses.topic?.format.fields == ["warehouse_name": "title"])
        #expect(configuration?.reference.products.topic == nil)
    }

    @Test("the state's fingerprint contains the format settings that are not at their default")
    func fingerprint() throws {
        let standard = try #require(load("").0).pipelineSettings(release: "1").fingerprint
        #expect(!standard.contains("input.format"))
        let other = try #require(load("input: { format: debezium, fields: { quantity: qty } }").0)
        let lines = other.pipelineSettings(release: "1").fingerprint.split(separator: "\n")
        #expect(lines.contains("input.format=debezium"))
        #expect(lines.contains("input.fields.quantity=qty"))
    }

    @Test(
        "a format setting that is unknown, incomplete or uses one column twice is rejected",
        arguments: [
            "input: { fields: { quantty: qty } }", "input: { fields: { quantity: '' } }",
            "input: { fields: { quantity: 'a..b' } }", "input: { fields: { quantity: event_id } }",
            "input: { fields: { quantity: x, event_id: x } }", "input: { encodings: { event_time: hours } }",
            "input: { encodings: { quantity: 'base64:' } }",
            "input: { encodings: { quantity: 'base64:39' } }",
            "input: { format: avro }", "input: { on_truncate: ask }",
        ])
    func areRefused(text: String) {
        let (configuration, mistakes) = load(text)
        #expect(configuration == nil)
        #expect(mistakes.count == 1)
    }

    @Test("format settings of a reference table that is read from a file are a mistake")
    func besideFile() {
        let (_, mistakes) = Configuration.load(
            text: """
                reference:
                  products: { file: products.csv, fields: { product_name: title } }
                  warehouses: { file: warehouses.csv }
                """, named: "stockd.yaml")
        #expect(mistakes.map(\.key) == ["reference.products.fields"])
    }
}
