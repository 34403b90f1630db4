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

    @Test("carry their checkpoint in every transaction when the interval is 0")
    func everyTransaction() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 3))
        for warehouse in 1...3 { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process)
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
}
