import Inventory
import Testing

@testable import Pipeline

@Suite("A worker and the failures of its broker")
struct ScenarioTests {
    private func raise(_ scenario: Scenario) {
        scenario.send("RECEIVED", 20)
        scenario.send("SHIPPED", 12)
    }

    @Test("a commit that timed out though it had landed is not published again")
    func landedCommit() throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        raise(scenario)
        scenario.fail(.unknownThenCommitted, times: 2)
        try scenario.run(process)
        #expect(scenario.alerts == ["RAISED WARNING 8 1"])
        #expect(process.telemetry.snapshot.unknownOutcome == 2)
    }

    @Test("a commit that timed out and never landed is published once")
    func lostCommit() throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        raise(scenario)
        scenario.fail(.unknownThenAborted, times: 2)
        try scenario.run(process)
        #expect(scenario.alerts == ["RAISED WARNING 8 1"])
    }

    @Test(
        "an abort or a rewind that does not get through at first skips no event",
        arguments: [Probe.abortFailed, .rewindFailed])
    func failedRollback(_ failing: Probe) throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        raise(scenario)
        scenario.fail(.commitFailed)
        scenario.fail(failing, times: 3)
        try scenario.run(process)
        #expect(scenario.alerts == ["RAISED WARNING 8 1"])
        #expect(scenario.cluster.violation == nil)
    }

    @Test("an assignment is taken over though the broker does not answer at first")
    func unansweredAssignment() throws {
        let scenario = Scenario()
        raise(scenario)
        scenario.fail(.questionFailed, times: 5)
        try scenario.run(scenario.start())
        #expect(scenario.alerts.last == "RAISED WARNING 8 1")
    }

    @Test("a second member stops a worker that must own every partition, and says what to configure")
    func secondMember() throws {
        let scenario = Scenario()
        let first = scenario.start()
        try scenario.run(first)
        let second = scenario.start(slot: 1)
        let stop = #expect(throws: StopReason.self) { try scenario.run(first, second) }
        #expect(stop?.message.contains("set input.keyed_by: product") == true)
    }

    @Test("a killed worker's successor resolves what reference rows changed meanwhile")
    func changedReference() throws {
        let scenario = Scenario()
        let process = scenario.start()
        raise(scenario)
        try scenario.run(process)
        scenario.kill(process)
        let second = scenario.start(Scenario.catalog(threshold: 5))
        try scenario.run(second)
        #expect(scenario.alerts.last == "RESOLVED - 8 1")
        second.inbox.adopt(Scenario.catalog(threshold: 40))
        try scenario.run(second)
        #expect(scenario.alerts.last == "RAISED CRITICAL 8 2")
    }

    @Test("a bad event of a transaction that failed is one dead letter, and the next event counts")
    func deadLetterOnce() throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        scenario.sendRaw("{not an event")
        raise(scenario)
        scenario.fail(.commitFailed)
        try scenario.run(process)
        #expect(scenario.deadLetters == 1)
        #expect(scenario.alerts.last == "RAISED WARNING 8 1")
    }

    @Test("an event whose sum does not fit is a dead letter and moves nothing, also when it is read again")
    func overflow() throws {
        let scenario = Scenario()
        scenario.settings.dedupeWindow = 0
        try scenario.fillUp()
        scenario.settings.checkpointIntervalMs = 1_000_000
        for _ in 0..<2 {
            let process = scenario.start()
            scenario.send("RECEIVED", 10)
            scenario.send("RECEIVED", 1)
            try scenario.run(process)
            scenario.kill(process)
        }
        let last = scenario.start()
        try scenario.run(last)
        #expect(try scenario.stock(last) == [1: .max - 3])
        #expect(scenario.deadLetters == 2)
        #expect(scenario.cluster.violation == nil)
    }

    @Test("a group offset that somebody else moved stops the worker instead of falsifying stock")
    func movedOffset() throws {
        let scenario = Scenario()
        let process = scenario.start()
        raise(scenario)
        try scenario.run(process)
        scenario.kill(process)
        scenario.cluster.groupOffsets[0] = 1
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("Set the group's offset back to 2") == true, "\(stop?.message ?? "")")
    }

    @Test("after data loss was accepted once, the next start needs no acceptance")
    func acceptedDataLoss() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        raise(scenario)
        try scenario.run(process)
        scenario.kill(process)
        scenario.cluster.partition(.input, 0).trim(to: 2)
        #expect(scenario.stop(steps: 300)?.kind == .data)
        scenario.settings.acceptsDataLoss = true
        scenario.settings.checkpointIntervalMs = 0
        let second = scenario.start()
        try scenario.run(second)
        #expect(scenario.alerts.last == "RESOLVED - - 1")
        scenario.kill(second)
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start()
        try scenario.run(third)
        scenario.send("RECEIVED", 3)
        try scenario.run(third)
        #expect(scenario.alerts.last == "RAISED LOW 3 2")
    }

    @Test(
        "a worker that was evicted unawares publishes nothing, not even for a changed reference row")
    func evictedUnawares() throws {
        let scenario = Scenario()
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        raise(scenario)
        try scenario.run(first)
        let lower = Scenario.catalog(threshold: 40)
        scenario.fail(.hungInsideCall)
        scenario.cluster.goOnWithout = { [unowned scenario] _ in
            let second = scenario.start(lower, slot: 1)
            #expect(throws: Never.self) { try scenario.run(second, steps: 30) }
            scenario.kill(second)
        }
        first.inbox.adopt(lower)
        try scenario.run(first, steps: 400)
        #expect(scenario.cluster.coverage[.staleGeneration] == 1)
        #expect(scenario.alerts == ["RAISED WARNING 8 1", "ESCALATED CRITICAL 8 1"])
    }

    @Test("a successor waits out a transaction whose worker hangs between its offsets and the commit")
    func evictedBeforeCommit() throws {
        let scenario = Scenario()
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        raise(scenario)
        try scenario.run(first)
        scenario.cluster.faults.hangsIn = "commit"
        scenario.fail(.hungInsideCall)
        scenario.cluster.goOnWithout = { [unowned scenario] _ in
            let second = scenario.start(slot: 1)
            #expect(throws: Never.self) { try scenario.run(second, steps: 30) }
            scenario.kill(second)
        }
        scenario.send("SHIPPED", 6)
        try scenario.run(first, steps: 400)
        #expect(scenario.cluster.coverage[.hungInsideCall] == 1)
        #expect(scenario.cluster.coverage[.unstableOffsets] > 0)
        #expect(scenario.alerts == ["RAISED WARNING 8 1", "ESCALATED CRITICAL 2 1"])
    }

    @Test("a checkpoint whose commit failed is written again, with what changed long before it")
    func failedCheckpoint() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 3_000
        let process = scenario.start()
        for warehouse in 1...40 { scenario.send("RECEIVED", 20, warehouse: warehouse) }
        try scenario.run(process)
        // A checkpoint is committed, then a change of the first bucket without one; the next comes with the second.
        scenario.send("SHIPPED", 1, warehouse: 40)
        try scenario.run(process, steps: 3)
        scenario.send("SHIPPED", 12)
        try scenario.run(process, steps: 3)
        scenario.cluster.advance(3_000)
        scenario.send("SHIPPED", 1, warehouse: 40)
        scenario.fail(.commitFailed)
        try scenario.run(process)
        scenario.kill(process)
        let second = scenario.start()
        scenario.send("SHIPPED", 5)
        try scenario.run(second)
        #expect(scenario.alerts == ["RAISED WARNING 8 1", "ESCALATED LOW 3 1"])
    }

    @Test("stock that falls below zero escalates, and its level is known after a recovery")
    func oversold() throws {
        let scenario = Scenario()
        let process = scenario.start()
        for (type, quantity) in [("RECEIVED", 0), ("SHIPPED", 5), ("RECEIVED", 6), ("SHIPPED", 3)] {
            scenario.send(type, quantity)
            try scenario.run(process, steps: 20)
        }
        #expect(
            scenario.alerts == [
                "RAISED OUT_OF_STOCK 0 1", "ESCALATED CRITICAL -5 1", "EASED CRITICAL 1 1",
                "ESCALATED CRITICAL -2 1",
            ])
        scenario.kill(process)
        let second = scenario.start()
        scenario.send("SHIPPED", 1)
        try scenario.run(second)
        #expect(scenario.alerts.count == 4, "the level is the same, and known after a recovery")
        let stored = scenario.stored.compactMap { record in
            if case .alert(_, let alert) = record { alert } else { nil }
        }
        #expect(stored.map(\.level) == [.oversold] && stored.map(\.oversoldUnits) == [2])
    }
}
