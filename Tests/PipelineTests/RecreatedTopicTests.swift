import Inventory
import Testing

@testable import Pipeline

@Suite("An input topic that was deleted and recreated, and is as long again")
struct RecreatedTopicTests {
    /// Three events counted, then a topic of four others; Kafka forgets a group's offsets with their topic.
    private func recreated() throws -> Scenario {
        let scenario = try stocked()
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        scenario.cluster.advance(10)
        scenario.sendRaw("no event")
        for _ in 0..<3 { scenario.send("RECEIVED", 2) }
        return scenario
    }

    private func stocked() throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        for _ in 0..<3 { scenario.send("RECEIVED", 100) }
        try scenario.run(process)
        scenario.kill(process)
        return scenario
    }

    @Test("a recreated input topic that is as long again stops the daemon")
    func stops() throws {
        let stop = try recreated().stop()
        #expect(stop?.kind == .data)
        #expect(stop?.says("deleted and recreated", "--rebuild") == true, "\(stop?.message ?? "")")
    }

    @Test("a recreated input topic stops a running daemon that hears for a moment that the topic is gone")
    func running() throws {
        let scenario = try stocked()
        let process = scenario.start()
        try scenario.run(process)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        for _ in 0..<5 { scenario.send("RECEIVED", 2) }
        scenario.fail(.topicSaidGone)
        let stop = #expect(throws: StopReason.self) { try scenario.run(process) }
        #expect(stop?.says("deleted and recreated") == true, "\(stop?.message ?? "")")
    }

    @Test("a recreated input topic stops a daemon that hears of it during a commit that fails")
    func duringCommit() throws {
        let scenario = try stocked()
        scenario.settings.commitIntervalMs = 0
        let process = scenario.start()
        try scenario.run(process)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        for _ in 0..<5 { scenario.send("RECEIVED", 2) }
        scenario.fail(.commitFailed)
        scenario.cluster.faults.following = ("commit", .topicSaidGone)
        let stop = #expect(throws: StopReason.self) { try scenario.run(process) }
        #expect(stop?.says("deleted and recreated") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.coverage[.topicSaidGone] == 1)
    }

    @Test("an input topic that is said to be gone but is still the same stops nothing")
    func hiccup() throws {
        let scenario = try stocked()
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 2)
        scenario.fail(.topicSaidGone, times: 3)
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 302])
    }

    @Test("a rebuild counts a recreated topic from its beginning and sends dead letters for what it rejects")
    func rebuilt() throws {
        let scenario = try recreated()
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 6])
        scenario.kill(second)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        scenario.send("RECEIVED", 1)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 7])
        #expect(scenario.deadLetters == 1)
    }

    @Test("accepting the loss counts a recreated topic from its beginning on top of the stock")
    func accepted() throws {
        let scenario = try recreated()
        scenario.settings.acceptsDataLoss = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 306])
        scenario.kill(second)
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 306])
        #expect(scenario.deadLetters == 1)
    }

    @Test(
        "an input topic is not taken for recreated where only the group's offsets are gone",
        arguments: [false, true])
    func expired(_ isTrimmed: Bool) throws {
        let scenario = try stocked()
        scenario.cluster.groupOffsets = [:]
        scenario.cluster.advance(10)
        if isTrimmed { scenario.cluster.partition(.input, 0).trim(to: 3) }
        scenario.send("RECEIVED", 2)
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 302])
    }
}
