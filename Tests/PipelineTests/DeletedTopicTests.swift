import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A topic that is deleted under a running worker")
struct DeletedTopicTests {
    private func running() throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.send("RECEIVED", 5)
        try scenario.run(process)
        return (scenario, process)
    }

    @Test(
        "a worker whose output topic was deleted ends after 30 s and says what to do",
        arguments: [Topic.state, .alerts])
    func output(_ topic: Topic) throws {
        let (scenario, process) = try running()
        let before = scenario.cluster.nowMs
        scenario.cluster.deletedTopic = topic
        scenario.send("RECEIVED", 2)
        let stop = #expect(throws: StopReason.self) { try scenario.run(process, steps: 2_000) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("does not exist any more", "--rebuild") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.nowMs - before >= 30_000)
    }

    @Test("an output topic that is deleted and comes back in time is written to again")
    func back() throws {
        let (scenario, process) = try running()
        for _ in 0..<2 {
            scenario.cluster.deletedTopic = .alerts
            scenario.send("RECEIVED", 4)
            try scenario.run(process, steps: 6)
            scenario.cluster.deletedTopic = nil
            // Long enough for the next deletion to count as another one.
            scenario.cluster.advance(40_000)
        }
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 13])
        #expect(scenario.alerts.last?.hasPrefix("RESOLVED") == true)
    }

    @Test("a worker whose input topic was deleted ends and names the topic", arguments: [KeyedBy.none, .product])
    func input(_ keyedBy: KeyedBy) throws {
        let scenario = Scenario()
        scenario.settings.keyedBy = keyedBy
        let process = scenario.start()
        scenario.send("RECEIVED", 5)
        try scenario.run(process)
        scenario.cluster.deletedTopic = .input
        scenario.fail(.topicSaidGone)
        let stop = #expect(throws: StopReason.self) { try scenario.run(process, steps: 2_000) }
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("the input topic order-events does not exist, or was deleted") == true,
            "\(stop?.message ?? "")")
    }
}
