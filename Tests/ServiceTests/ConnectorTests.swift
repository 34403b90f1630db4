import Foundation
import TestSupport
import Testing

/// The settings of Kafka Connect that the project gives its users.
@Suite("Debezium's connectors")
struct ConnectorTests {
    @Test("The shipped connector and those of docs/cdc.md write a NULL as null and not as its column's default.")
    func nulls() throws {
        let document = try MarkdownFile("docs/cdc.md")
        let blocks = document.blocks.filter { $0.language == "json" && $0.text.contains("\"connector.class\"") }
        #expect(blocks.count == 2)
        for text in try blocks.map(\.text) + [Repository.text("Config/cdc/connector.json")] {
            let settings = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String] ?? [:]
            #expect(settings["value.converter.replace.null.with.default"] == "false")
            #expect(settings["value.converter"] == "org.apache.kafka.connect.json.JsonConverter")
        }
    }

    @Test("docs/cdc.md says that an event whose time is a zero date of MySQL becomes a dead letter.")
    func zeroDates() throws {
        let text = try Repository.text("docs/cdc.md").replacing("\n", with: " ")
        #expect(text.contains("column arrives as null. Such an event has no time, so it becomes a dead letter"))
    }
}
