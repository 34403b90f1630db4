import Inventory
import Testing

@testable import Pipeline

@Suite("Partitions that change hands")
struct HandoverTests {
    @Test("wait for a transaction that only reference data caused, though its messages are not all there yet")
    func unmovedShard() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 8, product: 2)
        try scenario.run(first)
        #expect(first.log.owned.count == 2)
        let newer = Scenario.catalog(secondThreshold: 40)
        // It owns both partitions, changes the alert of the second alone, and hangs before its messages are out.
        scenario.cluster.faults.lazySends = 1_000
        scenario.cluster.faults.hangsIn = "delivery"
        scenario.fail(.hungInsideCall)
        scenario.cluster.goOnWithout = { [unowned scenario] _ in
            scenario.cluster.faults.lazySends = 0
            let others = [1, 2].map { scenario.start(newer, slot: $0) }
            #expect(throws: Never.self) {
                try scenario.run(others[0], others[1], steps: 1)
                // The other one waits for the offset that is certainly part of the transaction.
                for process in others where process.log.owned == [1] { try scenario.run(process, steps: 10) }
            }
        }
        first.inbox.adopt(newer)
        try scenario.run(first, steps: 400)
        #expect(scenario.cluster.coverage[.hungBeforeDelivery] == 1)
        #expect(scenario.cluster.violation == nil)
        #expect(scenario.alerts == ["RAISED WARNING 8 1", "ESCALATED CRITICAL 8 1"])
    }

    /// Some records were put back and cannot be read again before the partitions are handed over: they are not passed.
    @Test(
        "take nothing for passed that was put back while their handover waited, though the daemon stops right then",
        arguments: [1, 10], [PipelineSettings.Delivery.exactlyOnce, .atLeastOnce])
    func stoppedWithoutPosition(_ batch: Int, _ delivery: PipelineSettings.Delivery) throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = batch
        scenario.settings.delivery = delivery
        scenario.settings.commitIntervalMs = 0
        scenario.settings.gatheringPerWait = 0
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        scenario.send("SHIPPED", 12)
        scenario.send("SHIPPED", 1)
        scenario.fail(.commitFailed)
        if batch == 1 {
            // More is there, so that the next poll comes during the commit and hears of it.
            scenario.cluster.faults.rebalancesIn = "commit"
        } else {
            // All comes with one poll, in which the client is told of it.
            scenario.cluster.startRebalance()
            scenario.fail(.recordsBeforeNews)
        }
        for _ in 0..<10 where !first.log.hasNoPosition { #expect(try first.worker.step()) }
        #expect(first.log.hasNoPosition)
        #expect(scenario.cluster.coverage[.rebalancedDuringCommit] == (batch == 1 ? 1 : 0))
        first.inbox.stop()
        #expect(try !first.worker.step())
        first.log.close()
        #expect(scenario.cluster.groupOffsets == [0: 1])
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 7])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("carry their checkpoint in every transaction when the interval is 0")
    func everyTransaction() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 3))
        for warehouse in 1...3 {
            scenario.send("RECEIVED", warehouse, warehouse: warehouse)
            try scenario.run(process)
        }
        let events = scenario.cluster.commits.filter { !$0.offsets.isEmpty }
        #expect(events.count >= 3)
        for commit in events {
            let state = commit.records.filter { $0.topic == .state }.compactMap {
                CommitChecker.read($0.record)
            }
            let barriers = state.compactMap { record in
                if case .barrier(let barrier) = record { barrier.offset.rawValue } else { nil }
            }
            #expect(barriers == [commit.offsets[0]], "each transaction's barrier is its offset")
        }
        scenario.kill(process)
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(second)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0, "nothing is left to read again")
        #expect(try scenario.stock(second) == [1: 1, 2: 2, 3: 3])
    }

    @Test("are not read again by the worker that gave them up at the same place")
    func homecoming() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.cluster.startRebalance()
        scenario.lines.removeAll()
        try scenario.run(process)
        #expect(scenario.cluster.coverage[.parkedReused] == 1)
        #expect(try scenario.stock(process) == [1: 20])
    }

    @Test("are handed over also by a worker that recovers them in vain, for want of a broker")
    func recoveringInVain() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        for _ in 0..<100 where !first.log.isRecovering() { try scenario.run(first, steps: 1) }
        scenario.fail(.questionFailed, times: .max)
        let second = scenario.start(slot: 1)
        try scenario.run(first, second, steps: 50)
        #expect(scenario.cluster.members.count == 2, "nobody was thought dead")
        #expect([first, second].map { $0.log.owned.count } == [1, 1])
        scenario.cluster.faults.scripted = [:]
        try scenario.run(first, second)
        #expect(try scenario.stock(first) == [1: 20] || scenario.stock(second) == [1: 20])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("are not taken up again as if nothing were when somebody moved the group's offset meanwhile")
    func movedMeanwhile() throws {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.cluster.startRebalance()
        scenario.cluster.groupOffsets[0] = 0
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(process) }
        #expect(stop?.message.contains("Set the group's offset back to 1") == true, "\(stop?.message ?? "")")
    }

    /// Home again with the barrier of the old rules, it would let the next start count by them again.
    @Test("are read again when the first checkpoint of new rules is not written, and that comes first then")
    func unpinned() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        first.inbox.stop()
        #expect(try !first.worker.step())
        first.log.close()
        scenario.settings.eventTypes["LOST"] = -1
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start()
        for _ in 0..<100 where !second.log.isRecovering() { try scenario.run(second, steps: 1) }
        // The partitions go in the very step in which they are live, and come home.
        scenario.cluster.faults.rebalancesIn = "assign"
        try scenario.run(second)
        #expect(scenario.cluster.faults.rebalancesIn == nil)
        #expect(scenario.cluster.coverage[.parkedReused] == 0)
        scenario.send("LOST", 5)
        try scenario.run(second)
        scenario.kill(second)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 15])
    }
}

@Suite("An input topic whose partition count changed")
struct PartitionCountTests {
    private func stocked(
        _ partitions: Int, _ delivery: PipelineSettings.Delivery = .exactlyOnce
    ) throws -> Scenario {
        let scenario = Scenario(partitions: partitions)
        scenario.settings.delivery = delivery
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 30, product: 2)
        try scenario.run(process)
        scenario.kill(process)
        return scenario
    }

    @Test(
        "goes on when it grew, from the first record of the new partition",
        arguments: [PipelineSettings.Delivery.exactlyOnce, .atLeastOnce])
    func grown(_ delivery: PipelineSettings.Delivery) throws {
        let scenario = try stocked(1, delivery)
        scenario.cluster.topics[.input]?.append(SimPartition())
        // Whatever a first start would do.
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
        "stops when it grew and each product should be in one partition, until a rebuild counts all of them as one"
    )
    func grownAndKeyed() throws {
        let scenario = Scenario(partitions: 1)
        scenario.settings.keyedBy = .product
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.kill(process)
        scenario.cluster.topics[.input]?.append(SimPartition())
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.message.contains("has 2 partitions and stockd-state has 1") == true)
        scenario.cluster.members = []
        scenario.settings.keyedBy = .none
        scenario.settings.rebuilds = true
        scenario.send("RECEIVED", 5, product: 2)
        let second = scenario.start()
        try scenario.run(second, steps: 400)
        #expect(try scenario.stock(second) == [1: 20] && scenario.stock(second, product: 2) == [1: 5])
    }

    @Test(
        "stops when it shrank, and a rebuild counts what is there",
        arguments: [PipelineSettings.Delivery.exactlyOnce, .atLeastOnce])
    func shrunken(_ delivery: PipelineSettings.Delivery) throws {
        let scenario = try stocked(2, delivery)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        scenario.send("RECEIVED", 7)
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.message.contains("made anew with fewer") == true, "\(stop?.message ?? "")")
        scenario.cluster.members = []
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
