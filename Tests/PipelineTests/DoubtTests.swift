import Inventory
import Testing

@testable import Pipeline

@Suite("Without transactions a change that was sent before a kill")
struct DoubtTests {
    private static func scenario() -> Scenario {
        let scenario = Scenario()
        scenario.settings.delivery = .atLeastOnce
        scenario.settings.outputs.stockLevels = true
        scenario.settings.maxBatchEvents = 10
        return scenario
    }

    /// A worker that was killed at some call while it published that the only pair's stock is low.
    private static func killed(atCall calls: Int) throws -> Scenario {
        let scenario = Self.scenario()
        let killed = scenario.start()
        scenario.send("RECEIVED", 100)
        try scenario.run(killed)
        scenario.send("SHIPPED", 95)
        killed.log.callsToLive = calls
        _ = try? scenario.run(killed, steps: 50)
        scenario.kill(killed)
        return scenario
    }

    /// What the topic's newest message of the only pair says of its stock.
    private static func publishedStock(_ scenario: Scenario) -> String? {
        scenario.cluster.topics[.stockLevels]!.flatMap(\.committedRecords).last.flatMap { record in
            FlatJSON(record.value)?["current_stock"]
        }
    }

    @Test("does not stand when it is taken back before it is repeated, at whatever call the kill was")
    func takenBack() throws {
        var wasStanding = 0
        for calls in 0..<60 {
            let scenario = try Self.killed(atCall: calls)
            scenario.send("RECEIVED", 95)
            let isInDoubt = scenario.cluster.groupOffsets[0] == 1 && !scenario.alerts.isEmpty
            if isInDoubt { wasStanding += 1 }
            let next = scenario.start()
            try scenario.run(next, steps: 300)
            #expect(try scenario.stock(next) == [1: 100], "\(calls) calls")
            #expect(Self.publishedStock(scenario) == "100", "\(calls) calls")
            let last = scenario.alerts.last
            #expect(last == nil || last == "RESOLVED - 100 1", "\(calls) calls: \(scenario.alerts)")
            #expect(scenario.cluster.violation == nil)
        }
        #expect(wasStanding > 0)
    }

    @Test("is neither taken back nor raised again when it still holds")
    func stillRight() throws {
        for calls in 0..<60 {
            let scenario = try Self.killed(atCall: calls)
            try scenario.run(scenario.start(), steps: 300)
            #expect(Set(scenario.alerts) == ["RAISED LOW 5 1"], "\(calls) calls: \(scenario.alerts)")
        }
    }

    @Test("is corrected by the worker itself when only the acknowledgement failed")
    func unacknowledged() throws {
        for failing in 1..<12 {
            let scenario = Self.scenario()
            let process = scenario.start()
            scenario.send("RECEIVED", 100)
            try scenario.run(process)
            scenario.send("SHIPPED", 95)
            for _ in 0..<failing where scenario.alerts.isEmpty {
                scenario.fail(.acknowledgementFailed)
                _ = try process.worker.step()
            }
            scenario.cluster.faults.scripted = [:]
            scenario.send("RECEIVED", 95)
            try scenario.run(process, steps: 300)
            let last = scenario.alerts.last
            #expect(last == nil || last == "RESOLVED - 100 1", "\(failing): \(scenario.alerts)")
            #expect(Self.publishedStock(scenario) == "100", "\(failing)")
        }
    }

    @Test("leaves no intent in doubt behind")
    func settled() throws {
        let scenario = Self.scenario()
        let process = scenario.start()
        for _ in 0..<20 {
            scenario.send("RECEIVED", 100)
            scenario.send("SHIPPED", 95)
            try scenario.run(process, steps: 20)
            scenario.fail(.acknowledgementFailed)
            scenario.send("SHIPPED", 5)
            try scenario.run(process, steps: 40)
        }
        let numbers = scenario.stored.compactMap { record in
            if case .intent(let intent) = record { intent.part } else { nil }
        }
        #expect(numbers == [0])
        #expect(process.worker.shards.allSatisfy { $0.doubts.isEmpty })
    }
}
