import Testing

@testable import Service

@Suite("Cleanup policies of topics that exist")
struct CleanupPolicyTests {
    private func problems(_ text: String, _ settings: [String: [String: String]]) throws -> [String] {
        let reference = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"
        let (configuration, mistakes) = Configuration.load(text: reference + text, named: "stockd.yaml")
        #expect(mistakes == [])
        return CleanupPolicies(try #require(configuration), settings).problems
    }

    @Test(
        "the state topic must have cleanup.policy=compact and nothing else",
        arguments: ["delete", "compact,delete", "delete,compact"])
    func state(_ policy: String) throws {
        let found = try problems("", ["stockd-state": ["cleanup.policy": policy]])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("state.topic: stockd-state has cleanup.policy=\(policy)") == true)
        #expect(
            found.first?.hasSuffix(
                "kafka-configs --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name "
                    + "stockd-state --add-config cleanup.policy=compact") == true, "\(found)")
        #expect(try problems("", ["stockd-state": ["cleanup.policy": "compact"]]) == [])
    }

    @Test("a topic that holds a table must be compacted or keep its records for ever")
    func tables() throws {
        let text = """
            alerts: {format: upsert, topic: a}
            outputs: {stock_levels: {topic: s}, rollup: {topic: r}}
            """
        let deleted = ["cleanup.policy": "delete", "retention.ms": "604800000"]
        let found = try problems(text, ["a": deleted, "s": deleted, "r": deleted])
        #expect(found.count == 3)
        #expect(found.first?.hasPrefix("alerts.topic: a holds a table") == true)
        let kept = ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]
        #expect(try problems(text, ["a": kept, "s": kept, "r": ["cleanup.policy": "compact"]]) == [])
        let both = try problems(text, ["s": ["cleanup.policy": "compact,delete", "retention.ms": "1"]])
        #expect(both.count == 1)
        #expect(both.first?.contains("because it has cleanup.policy=compact,delete; set it to compact") == true)
    }

    @Test("a topic of alert changes may delete, and a topic whose settings are unknown is not reported")
    func others() throws {
        #expect(try problems("alerts: {topic: a}", ["a": ["cleanup.policy": "delete"]]) == [])
        #expect(try problems("", [:]) == [])
    }
}
