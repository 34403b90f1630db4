import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A checkpoint that takes longer than a transaction may")
struct CheckpointTimeoutTests {
    private static let events = 600

    /// A worker whose next checkpoint has too many records: each event's id is in a bucket of its own. The coordinator
    /// ends such a transaction and fences its producer, or something else fails first.
    private static func dirty(isFenced: Bool, intervalMs: Int64) throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 1_000
        scenario.settings.transactionTimeoutMs = 400
        scenario.cluster.transactionTimeoutMs = isFenced ? 400 : 10_000
        scenario.settings.checkpointIntervalMs = intervalMs
        let process = scenario.start()
        for _ in 0..<100 where process.telemetry.snapshot.committed == 0 {
            try scenario.run(process, steps: 1)
        }
        for id in 1...Int64(events) { scenario.send("RECEIVED", 1, id: id << 20) }
        for _ in 0..<1_000 where scenario.cluster.groupOffsets[0] != Int64(events) {
            try scenario.run(process, steps: 1)
        }
        #expect(scenario.cluster.groupOffsets[0] == Int64(events))
        #expect(scenario.checkpoints() == 1, "only the first of the history")
        return (scenario, process)
    }

    private static func warnings(_ scenario: Scenario) -> [String] {
        scenario.lines.lines.filter { $0.contains("a checkpoint did not fit into a transaction") }
    }

    @Test(
        "a checkpoint that does not fit is left out of the next commits and tried again at the logged time",
        arguments: [true, false], [(1_000, 8), (20_000, 20)] as [(Int64, Int64)])
    func leftOut(_ isFenced: Bool, _ spacing: (intervalMs: Int64, triedAgainInS: Int64)) throws {
        let (scenario, process) = try Self.dirty(isFenced: isFenced, intervalMs: spacing.intervalMs)
        let commits = scenario.cluster.commits.count
        scenario.cluster.advance(spacing.intervalMs)
        if !isFenced { scenario.fail(.commitFailed) }
        scenario.send("RECEIVED", 1)
        for _ in 0..<100 where Self.warnings(scenario).isEmpty { try scenario.run(process, steps: 1) }
        let failedMs = scenario.cluster.nowMs
        #expect(scenario.cluster.commits.count == commits)
        #expect(process.telemetry.snapshot.fencings == (isFenced ? 1 : 0))
        let warning = try #require(Self.warnings(scenario).first)
        #expect(warning.contains("kafka.transaction_timeout") && warning.contains("kafka.session_timeout"))
        if isFenced { #expect(warning.contains("tried_again_in_s=\(spacing.triedAgainInS)"), "\(warning)") }

        // The transaction commits without the checkpoint, and so do those that follow.
        while scenario.cluster.nowMs < failedMs + spacing.triedAgainInS * 1_000 - 500 {
            scenario.send("RECEIVED", 1)
            try scenario.run(process, steps: 3)
        }
        #expect(scenario.cluster.commits.count > commits + 10)
        #expect(scenario.cluster.groupOffsets[0] ?? 0 > Int64(Self.events) + 10)
        #expect(scenario.checkpoints() == 1)
        #expect(Self.warnings(scenario).count == 1, "it was not tried again sooner")

        // A transaction may take longer by the time the checkpoint is tried again.
        scenario.cluster.transactionTimeoutMs = 10_000
        scenario.cluster.advance(20_000)
        scenario.send("RECEIVED", 1)
        try scenario.run(process, steps: 50)
        #expect(scenario.checkpoints() == 2)
        let counted = try #require(scenario.cluster.groupOffsets[0])
        scenario.kill(process)
        let replayed = scenario.cluster.coverage[.recoveryReplayed]
        let second = scenario.start()
        try scenario.run(second, steps: 600)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == replayed, "nothing is left to read again")
        #expect(try scenario.stock(second) == [1: counted])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("a required checkpoint that fails three times publishes nothing and says what to set")
    func required() throws {
        let (scenario, process) = try Self.dirty(isFenced: true, intervalMs: 1_000_000)
        try scenario.finishSlowly(process)
        scenario.cluster.transactionTimeoutMs = 400
        // Only a rebuild writes everything again.
        scenario.settings.rebuilds = true
        let commits = scenario.cluster.commits.count
        let stop = scenario.stop(steps: 2_000)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("kafka.transaction_timeout, found 400 ms", "kafka.session_timeout") == true,
            "\(stop?.message ?? "")")
        #expect(scenario.lines.lines.count { $0.contains("another producer has taken over") } == 3)
        #expect(scenario.cluster.commits.count == commits)
        #expect(Self.warnings(scenario).isEmpty)
    }
}

extension Scenario {
    /// Stops a worker in good order, however long its last transaction takes.
    fileprivate func finishSlowly(_ process: Simulation.Process) throws {
        cluster.transactionTimeoutMs = 10_000
        try finish(process)
    }
}
