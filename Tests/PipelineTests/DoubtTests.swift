import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Without transactions a change that was sent before a kill")
struct DoubtTests {
    private static func scenario() -> Scenario {
        let scenario = Scenario()
        scenario.settings.delivery = .atLeastOnce
        scenario.settings.outputs.stockLevels = true
        scenario.settings.outputs.rollup = true
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

    /// What the topics' newest messages of the only pair and its product say of the stock.
    private static func publishedStock(_ scenario: Scenario) -> [String?] {
        [(.stockLevels, "current_stock"), (.rollup, "total_stock")].map { (topic: Topic, column: String) in
            scenario.cluster.topics[topic]!.flatMap(\.committedRecords).last.flatMap { record in
                FlatJSON(record.value)?[column]
            }
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
            #expect(Self.publishedStock(scenario) == ["100", "100"], "\(calls) calls")
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
            #expect(Self.publishedStock(scenario) == ["100", "100"], "\(failing)")
        }
    }

    /// A worker's record of the first message was there and not acknowledged, so it said the same again; then it
    /// published something else and was killed.
    @Test(
        "is taken back though it was the second in doubt, and the first says what the ledger says",
        arguments: [false, true])
    func second(_ isLow: Bool) throws {
        let scenario = Self.scenario()
        let first = scenario.start()
        // Raised, resolved and, for the other way round, raised again.
        for units in [-95, 95, -95].prefix(isLow ? 3 : 2) {
            if scenario.alerts.isEmpty { scenario.send("RECEIVED", 100) }
            try scenario.run(first, steps: 50)
            scenario.send(units < 0 ? "SHIPPED" : "RECEIVED", abs(units))
            try scenario.run(first, steps: 50)
        }
        scenario.kill(first)
        let stands = try #require(scenario.alerts.last)
        #expect(stands == (isLow ? "RAISED LOW 5 2" : "RESOLVED - 100 1"))
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(1))
        let low = LedgerEntry(severity: .low, incident: 2)
        let resolved = LedgerEntry(severity: nil, incident: isLow ? 2 : 1)
        let inDoubt = isLow ? [low, resolved] : [resolved, low]
        for (part, entry) in inDoubt.enumerated() {
            scenario.store(
                .intent(
                    Intent(
                        partition: Partition(0), part: UInt32(part), offsets: [:],
                        alerts: [Intent.Alert(pair, entry)])))
        }
        try scenario.run(scenario.start(), steps: 300)
        #expect(scenario.alerts.last == (isLow ? "RAISED LOW 5 3" : "RESOLVED - 100 2"), "\(scenario.alerts)")
    }

    @Test("does not hold anything back for events that the log has lost")
    func lostEvents() throws {
        let scenario = Self.scenario()
        scenario.send("RECEIVED", 100)
        let first = scenario.start()
        try scenario.run(first)
        scenario.kill(first)
        scenario.store(
            .intent(
                Intent(
                    partition: Partition(0), part: 0, offsets: [Partition(0): Offset(1_000)],
                    stock: [Pair(product: ProductID(1), warehouse: WarehouseID(1))])))
        let second = scenario.start()
        try scenario.run(second)
        scenario.send("SHIPPED", 95)
        try scenario.run(second)
        #expect(scenario.alerts == ["RAISED LOW 5 1"])
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
