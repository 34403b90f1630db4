import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A suspended shard")
struct SuspendedShardTests {
    private func stocked(partitions: Int = 1) throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario(partitions: partitions)
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        return (scenario, process)
    }

    @Test(
        "a suspended shard is resumed at the same offsets, and nothing is read again",
        arguments: [KeyedBy.none, .product])
    func resumed(_ keyedBy: KeyedBy) throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = keyedBy
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 4, product: 2)
        try scenario.run(process)
        scenario.cluster.startRebalance()
        try scenario.run(process)
        // One for each shard; only the last is counted, when its partitions are assigned.
        #expect(scenario.cluster.coverage[.suspendedReused] == 1)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0)
        #expect(try scenario.stock(process) == [1: 20] && scenario.stock(process, product: 2) == [1: 4])
        #expect(scenario.alerts == ["RAISED LOW 4 1"])
    }

    @Test("a resumed shard still has to write what changed since its last checkpoint")
    func stillDirty() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 20, id: 7)
        try scenario.run(process)
        scenario.cluster.startRebalance()
        try scenario.run(process)
        #expect(scenario.cluster.coverage[.suspendedReused] == 1)
        try scenario.finish(process)
        let second = scenario.start()
        scenario.send("RECEIVED", 20, id: 7)
        try scenario.run(second)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0, "the checkpoint holds it")
        #expect(try scenario.stock(second) == [1: 20])
    }

    @Test("a suspended shard is dropped when anything was written to its state meanwhile")
    func writtenTo() throws {
        let (scenario, process) = try stocked()
        scenario.cluster.startRebalance()
        for _ in 0..<100 where process.worker.suspended.isEmpty { try scenario.run(process, steps: 1) }
        #expect(process.worker.suspended.count == 1)
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(1))
        scenario.store(.alert(pair, PublishedAlert(level: .low, incident: 4)))
        try scenario.run(process)
        #expect(scenario.cluster.coverage[.suspendedRefused] == 1)
        #expect(scenario.cluster.coverage[.suspendedReused] == 0)
        #expect(scenario.alerts == ["RESOLVED - 20 4"], "what was written was read")
    }

    @Test("a suspended shard is dropped when another worker has published alerts of it meanwhile")
    func published() throws {
        let scenario = Scenario()
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        let second = scenario.start(slot: 1)
        func move(to process: Simulation.Process) throws {
            for _ in 0..<30 where process.session.owned.isEmpty {
                scenario.cluster.startRebalance()
                try scenario.run(first, second, steps: 20)
            }
        }
        scenario.send("RECEIVED", 20)
        scenario.send("SHIPPED", 12)
        try move(to: first)
        try scenario.run(first, second)
        try move(to: second)
        second.inbox.adopt(Scenario.catalog(threshold: 40))
        try scenario.run(first, second)
        #expect(scenario.alerts.last == "ESCALATED CRITICAL 8 1")
        try move(to: first)
        first.inbox.adopt(Scenario.catalog(threshold: 40))
        try scenario.run(first, second)
        #expect(scenario.alerts.suffix(2).contains("EASED WARNING 8 1"))
        #expect(scenario.alerts.last == "ESCALATED CRITICAL 8 1")
        #expect(scenario.alerts.count == 4)
    }

    @Test("a worker that was thought dead keeps no suspended shard")
    func lost() throws {
        let (scenario, process) = try stocked()
        scenario.cluster.evict(process.session)
        try scenario.run(process)
        #expect(scenario.cluster.coverage[.assignmentLost] == 1)
        #expect(
            scenario.cluster.coverage[.suspendedReused] + scenario.cluster.coverage[.suspendedRefused] == 0)
        #expect(try scenario.stock(process) == [1: 20])
    }

    @Test("a shard is not suspended when its last batch could not be committed")
    func notCommitted() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 10
        scenario.settings.commitIntervalMs = 1_000_000
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        // A batch is open when the rebalance comes, and its commit fails.
        for _ in 0..<100 { scenario.send("RECEIVED", 1) }
        for _ in 0..<100 where process.worker.transaction == nil { try scenario.run(process, steps: 1) }
        #expect(process.worker.transaction?.records ?? 0 > 0)
        scenario.cluster.startRebalance()
        scenario.fail(.commitFailed)
        for _ in 0..<100 where process.worker.assignment.live != nil { try scenario.run(process, steps: 1) }
        #expect(process.worker.suspended.isEmpty)
        #expect(scenario.lines.lines.contains { $0.contains("handed back without the last batch") })
        try scenario.run(process, steps: 400)
        #expect(try scenario.stock(process) == [1: 120])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("a suspended shard is not resumed when somebody moved the group's offset meanwhile")
    func movedMeanwhile() throws {
        let (scenario, process) = try stocked()
        scenario.cluster.startRebalance()
        scenario.cluster.groupOffsets[0] = 0
        let stop = #expect(throws: StopReason.self) { try scenario.run(process) }
        #expect(stop?.says("Set the group's offset back to 1") == true, "\(stop?.message ?? "")")
    }

    /// With the old rules' checkpoint record, a resumed shard would let the next start count by the old rules again.
    @Test("a shard is not suspended while the first checkpoint of new rules is not written")
    func unpinned() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        try scenario.finish(first)
        scenario.settings.eventTypes["LOST"] = -1
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start()
        for _ in 0..<100 where !second.session.isRecovering() { try scenario.run(second, steps: 1) }
        // The partitions leave in the step in which they become live, and come back.
        scenario.cluster.faults.rebalancesIn = "assign"
        try scenario.run(second)
        #expect(scenario.cluster.faults.rebalancesIn == nil)
        #expect(scenario.cluster.coverage[.suspendedReused] == 0)
        scenario.send("LOST", 5)
        try scenario.run(second)
        scenario.kill(second)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 15])
    }
}
