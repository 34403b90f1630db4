import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Checkpoints of a worker that is never at rest")
struct CheckpointPaceTests {
    private static let events = 600

    @Test("checkpoints keep their interval, however often the worker commits")
    func steady() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 3_000
        let process = scenario.start()
        try scenario.run(process)
        let before = (scenario.checkpoints(), scenario.cluster.commits.count)
        let endMs = scenario.cluster.nowMs + 30_000
        while scenario.cluster.nowMs < endMs {
            scenario.send("RECEIVED", 1)
            try scenario.run(process, steps: 3)
            scenario.cluster.advance(200)
        }
        let commits = scenario.cluster.commits.count - before.1
        let checkpoints = scenario.checkpoints() - before.0
        #expect(commits > 50)
        #expect((7...10).contains(checkpoints), "\(checkpoints) of \(commits)")
    }

    /// Each event's id is in a bucket of its own, so a checkpoint of all of them does not fit into a transaction.
    @Test("a required checkpoint takes fewer events with it after a transaction that took too long")
    func shrinks() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 1_000
        scenario.settings.commitIntervalMs = 1_000_000
        scenario.settings.checkpointIntervalMs = 1_000_000
        scenario.settings.transactionTimeoutMs = 400
        scenario.cluster.transactionTimeoutMs = 400
        for id in 1...Int64(Self.events) { scenario.send("RECEIVED", 1, id: id << 20) }
        let process = scenario.start()
        // The first transaction carries the first checkpoint.
        try scenario.run(process, steps: 3_000)
        #expect(try scenario.stock(process) == [1: Int64(Self.events)])
        #expect(process.telemetry.snapshot.fencings > 0)
        #expect(scenario.cluster.violation == nil)
    }

    @Test("the next worker writes a checkpoint though its predecessor left only events that change nothing")
    func nothingDirtyBehind() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20, id: 7)
        try scenario.run(first)
        try scenario.finish(first)
        let second = scenario.start()
        for _ in 0..<2 { scenario.send("RECEIVED", 20, id: 7) }
        try scenario.run(second)
        scenario.kill(second)
        #expect(scenario.cluster.groupOffsets[0] == 3)
        scenario.settings.checkpointIntervalMs = 1_000
        let third = scenario.start()
        try scenario.run(third)
        scenario.kill(third)
        scenario.cluster.partition(.input, 0).trim(to: 3)
        let fourth = scenario.start()
        try scenario.run(fourth)
        #expect(try scenario.stock(fourth) == [1: 20])
    }
}
