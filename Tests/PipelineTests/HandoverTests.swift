import Inventory
import Testing

@testable import Pipeline

@Suite("Partitions that change hands")
struct HandoverTests {
    @Test("a successor waits for a transaction of reference rows alone whose messages are not all out yet")
    func unmovedShard() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 8, product: 2)
        try scenario.run(first)
        #expect(first.session.owned.count == 2)
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
                for process in others where process.session.owned == [1] {
                    try scenario.run(process, steps: 10)
                }
            }
        }
        first.inbox.adopt(newer)
        try scenario.run(first, steps: 400)
        #expect(scenario.cluster.coverage[.hungBeforeDelivery] == 1)
        #expect(scenario.cluster.violation == nil)
        #expect(scenario.alerts == ["RAISED WARNING 8 1", "ESCALATED CRITICAL 8 1"])
    }

    /// Records were rolled back and cannot be read again before the partitions are handed over: their offsets must
    /// not be committed.
    @Test(
        "a stop during a handover does not commit records that were rolled back",
        arguments: [1, 10])
    func stoppedWithoutPosition(_ batch: Int) throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = batch
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
            // More records are there, so the next poll comes during the commit and hears of the rebalance.
            scenario.cluster.faults.rebalancesIn = "commit"
        } else {
            // One poll brings all records, and the client hears of the rebalance in it.
            scenario.cluster.startRebalance()
            scenario.fail(.recordsBeforeNews)
        }
        for _ in 0..<10 where !first.session.hasNoPosition { #expect(try first.worker.step()) }
        #expect(first.session.hasNoPosition)
        #expect(scenario.cluster.coverage[.rebalancedDuringCommit] == (batch == 1 ? 1 : 0))
        first.inbox.stop()
        #expect(try !first.worker.step())
        first.session.close()
        #expect(scenario.cluster.groupOffsets == [0: 1])
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 7])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("with a checkpoint interval of 0 every transaction carries its checkpoint")
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
            let checkpoints = state.compactMap { record in
                if case .checkpoint(let checkpoint) = record { checkpoint.offset.rawValue } else { nil }
            }
            #expect(checkpoints == [commit.offsets[0]], "each transaction's checkpoint is of its offset")
        }
        scenario.kill(process)
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(second)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0, "nothing is left to read again")
        #expect(try scenario.stock(second) == [1: 1, 2: 2, 3: 3])
    }

    @Test("a worker whose recovery gets no answer from the broker still hands its partitions over")
    func recoveringInVain() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        for _ in 0..<100 where !first.session.isRecovering() { try scenario.run(first, steps: 1) }
        scenario.fail(.questionFailed, times: .max)
        let second = scenario.start(slot: 1)
        try scenario.run(first, second, steps: 50)
        #expect(scenario.cluster.members.count == 2, "nobody was thought dead")
        #expect([first, second].map { $0.session.owned.count } == [1, 1])
        scenario.cluster.faults.scripted = [:]
        try scenario.run(first, second)
        #expect(try scenario.stock(first) == [1: 20] || scenario.stock(second) == [1: 20])
        #expect(scenario.cluster.violation == nil)
    }
}
