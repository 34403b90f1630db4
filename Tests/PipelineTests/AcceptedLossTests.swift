import Inventory
import Testing

@testable import Pipeline

/// The next checkpoint would come in its own time, and the worker dies before it.
@Suite("A loss that was accepted once holds after a crash that follows it")
struct AcceptedLossTests {
    private func stocked(_ intervalMs: Int64 = 0) throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = intervalMs
        let process = scenario.start()
        try scenario.run(process)
        for _ in 0..<3 { scenario.send("RECEIVED", 100) }
        try scenario.run(process)
        scenario.kill(process)
        return scenario
    }

    /// A start with the word and one without, both without a checkpoint of their own accord.
    private func acceptAndCrash(_ scenario: Scenario, _ events: () -> Void) throws -> Simulation.Process {
        scenario.settings.checkpointIntervalMs = 1_000_000
        scenario.settings.acceptsDataLoss = true
        let accepting = scenario.start()
        try scenario.run(accepting)
        events()
        try scenario.run(accepting)
        scenario.kill(accepting)
        scenario.settings.acceptsDataLoss = false
        let next = scenario.start()
        try scenario.run(next)
        return next
    }

    @Test("where the log's beginning is gone")
    func beginning() throws {
        let scenario = try stocked(1_000_000)
        scenario.cluster.partition(.input, 0).trim(to: 2)
        let next = try acceptAndCrash(scenario) { scenario.send("RECEIVED", 7) }
        #expect(try scenario.stock(next) == [1: 107])
    }

    @Test("where the log's end is gone, and what came behind it counts")
    func end() throws {
        let scenario = try stocked()
        scenario.cluster.topics[.input] = [SimPartition()]
        let next = try acceptAndCrash(scenario) { for _ in 0..<2 { scenario.send("RECEIVED", 5) } }
        #expect(try scenario.stock(next) == [1: 310])
    }

    @Test("where the topic was recreated, and all that it holds counts")
    func recreated() throws {
        let scenario = try stocked()
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        scenario.cluster.advance(10)
        for _ in 0..<4 { scenario.send("RECEIVED", 2) }
        let next = try acceptAndCrash(scenario) { scenario.send("RECEIVED", 2) }
        #expect(try scenario.stock(next) == [1: 310])
    }

    @Test("where somebody moved the group's offset ahead: what stockd had not read is read, bad events too")
    func movedAhead() throws {
        let scenario = try stocked()
        scenario.sendRaw("no event")
        scenario.send("RECEIVED", 5)
        scenario.cluster.groupOffsets[0] = 5
        let next = try acceptAndCrash(scenario) {}
        #expect(try scenario.stock(next) == [1: 305])
        #expect(scenario.deadLetters == 1)
    }
}
