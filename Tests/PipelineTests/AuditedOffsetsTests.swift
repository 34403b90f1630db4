import Inventory
import Testing

@testable import Pipeline

@Suite("The audit of a rebuild compares the stock of the same offsets")
struct AuditedOffsetsTests {
    private func rebuild(_ scenario: Scenario) throws -> String? {
        scenario.lines.removeAll()
        scenario.settings.rebuilds = true
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        return scenario.lines.lines.first { $0.hasPrefix("rebuild: ") && $0.contains("pairs") }
    }

    @Test("the audit of a rebuild does not compare events behind the last checkpoint")
    func behindCheckpoint() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        scenario.send("RECEIVED", 1)
        try scenario.run(process)
        try scenario.finish(process)
        let second = scenario.start()
        for warehouse in 1...3 { scenario.send("RECEIVED", 2, warehouse: warehouse) }
        try scenario.run(second)
        scenario.kill(second)
        #expect(scenario.checkpoints() == 1, "with the first event")
        #expect(try rebuild(scenario)?.contains("differed=0 logged=0 pairs=1 ") == true)
    }

    @Test("the audit of a rebuild does not compare what an earlier rebuild deleted")
    func afterDeletion() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for warehouse in 1...40 { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        scenario.cluster.partition(.input, 0).trim(to: 38)
        scenario.settings.acceptsDataLoss = true
        #expect(try rebuild(scenario)?.contains("differed=38 logged=38 pairs=40 ") == true)
        #expect(try rebuild(scenario)?.contains("differed=0 logged=0 pairs=2 ") == true)
    }
}
