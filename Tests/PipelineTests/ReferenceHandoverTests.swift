import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Reference topics of a worker that recovers")
struct ReferenceHandoverTests {
    private static let files = Scenario.catalog()

    private func stocked() throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario()
        scenario.settings.referenceTopics = [.products: .init(name: "products")]
        write(scenario, product: 1)
        let process = scenario.start(Self.files)
        scenario.send("RECEIVED", 8)
        try scenario.run(process)
        #expect(scenario.alerts == ["RAISED WARNING 8 1"])
        return (scenario, process)
    }

    private func write(_ scenario: Scenario, product: Int) {
        let row =
            #"{"product_id":\#(product),"product_name":"Lamp","category":"Home","reorder_threshold":10}"#
        append(scenario, key: product, row)
    }

    private func append(_ scenario: Scenario, key: Int, _ text: String) {
        scenario.cluster.partition(.reference(.products), 0).append(
            SimRecord(offset: 0, key: Array(String(key).utf8), value: Array(text.utf8)))
    }

    @Test("a recovering worker reads reference topics whole before it publishes, however long they are")
    func readWhole() throws {
        let (scenario, process) = try stocked()
        try scenario.finish(process)
        for product in 2...600 { write(scenario, product: product) }
        write(scenario, product: 1)
        // Without its first row: the product is at the very end.
        scenario.cluster.partition(.reference(.products), 0).trim(to: 1)
        let next = scenario.start(Self.files)
        try scenario.run(next, steps: 600)
        #expect(scenario.alerts == ["RAISED WARNING 8 1"])
        #expect(try scenario.stock(next) == [1: 8])
    }

    @Test(
        "rejected reference rows are sent once, whatever became of their transaction",
        arguments: [Probe.unknownThenCommitted, .unknownThenAborted, .commitFailed])
    func sentOnce(_ probe: Probe) throws {
        let (scenario, process) = try stocked()
        append(scenario, key: 1, "no row")
        scenario.fail(probe)
        try scenario.run(process)
        #expect(scenario.cluster.faults.scripted[probe] == 0)
        #expect(scenario.deadLetters == 1)
        append(scenario, key: 1, "no row either")
        try scenario.run(process)
        #expect(scenario.deadLetters == 2)
    }
}
