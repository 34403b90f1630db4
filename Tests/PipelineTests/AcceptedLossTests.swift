import Inventory
import Testing

@testable import Pipeline

/// The worker dies before its next regular checkpoint.
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

    /// Starts a worker that accepts the loss, kills it and starts one that does not; no regular checkpoint is due.
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

    @Test("an accepted loss of the log's beginning stays accepted after a crash")
    func beginning() throws {
        let scenario = try stocked(1_000_000)
        scenario.cluster.partition(.input, 0).trim(to: 2)
        let next = try acceptAndCrash(scenario) { scenario.send("RECEIVED", 7) }
        #expect(try scenario.stock(next) == [1: 107])
    }

    @Test("an accepted loss of the log's end stays accepted after a crash, and later events count")
    func end() throws {
        let scenario = try stocked()
        scenario.cluster.topics[.input] = [SimPartition()]
        let next = try acceptAndCrash(scenario) { for _ in 0..<2 { scenario.send("RECEIVED", 5) } }
        #expect(try scenario.stock(next) == [1: 310])
    }

    @Test("an accepted recreation of the topic stays accepted after a crash, and all its events count")
    func recreated() throws {
        let scenario = try stocked()
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        scenario.cluster.advance(10)
        for _ in 0..<4 { scenario.send("RECEIVED", 2) }
        let next = try acceptAndCrash(scenario) { scenario.send("RECEIVED", 2) }
        #expect(try scenario.stock(next) == [1: 310])
    }

    @Test("an accepted group offset that was moved ahead skips no event, not even a bad one")
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
