import Inventory
import Testing

@testable import Pipeline

@Suite("An input topic whose partition count changed")
struct PartitionCountTests {
    private func stocked(_ partitions: Int) throws -> Scenario {
        let scenario = Scenario(partitions: partitions)
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 30, product: 2)
        try scenario.run(process)
        scenario.kill(process)
        return scenario
    }

    @Test("an input topic that grew is read from the first record of its new partition")
    func grown() throws {
        let scenario = try stocked(1)
        scenario.cluster.topics[.input]?.append(SimPartition())
        // Only a first start obeys this.
        scenario.settings.start = .latest
        scenario.send("RECEIVED", 5, product: 2)
        let process = scenario.start()
        try scenario.run(process)
        #expect(try scenario.stock(process, product: 2) == [1: 35])
        scenario.kill(process)
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second, product: 2) == [1: 35])
        #expect(try scenario.stock(second) == [1: 20])
    }

    @Test(
        "a keyed input topic that grew stops the worker, until a rebuild counts all partitions as one"
    )
    func grownAndKeyed() throws {
        let scenario = Scenario(partitions: 1)
        scenario.settings.keyedBy = .product
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.kill(process)
        scenario.cluster.topics[.input]?.append(SimPartition())
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("has 2 partitions and stockd-state has 1") == true, "\(stop?.message ?? "")")
        scenario.settings.keyedBy = .none
        scenario.settings.rebuilds = true
        scenario.send("RECEIVED", 5, product: 2)
        let second = scenario.start()
        try scenario.run(second, steps: 400)
        #expect(try scenario.stock(second) == [1: 20] && scenario.stock(second, product: 2) == [1: 5])
    }

    @Test("an input topic that shrank stops the worker, and a rebuild counts what is there")
    func shrunken() throws {
        let scenario = try stocked(2)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        scenario.send("RECEIVED", 7)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("recreated with fewer") == true, "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        scenario.kill(second)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 7])
        #expect(try scenario.stock(third, product: 2) == [:])
    }
}
