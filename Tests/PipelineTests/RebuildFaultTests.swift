import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A rebuild whose worker dies")
struct RebuildFaultTests {
    /// Each warehouse holds as many units as its number, plus `more`.
    private static func checkPublished(
        _ scenario: Scenario, _ thresholds: [Int: Int64], more: Int = 0, _ text: String
    ) {
        let published = scenario.published
        for (product, threshold) in thresholds {
            for warehouse in 1...20 {
                let expected = ExpectedStock.severity(Int64(warehouse + more), threshold)
                let found = published[Scenario.key(product, warehouse)] ?? nil
                #expect(found == expected, "\(text): \(product)/\(warehouse)")
            }
        }
    }

    @Test(
        "a rebuild is written whole or not at all, whatever the last call of its worker was",
        arguments: [KeyedBy.none, .product])
    func anyInstant(_ keyedBy: KeyedBy) throws {
        var (old, new) = (0, 0)
        for calls in stride(from: 5, through: 400, by: 3) {
            let scenario = try RebuildKeyingTests.stocked(keyedBy)
            let other = RebuildKeyingTests.other(keyedBy)
            scenario.settings.keyedBy = other
            scenario.settings.rebuilds = true
            scenario.die(RebuildKeyingTests.catalog, after: calls)
            scenario.settings.rebuilds = false
            let isNew = scenario.cluster.commits.last?.records.contains { topic, record in
                guard topic == .state, case .checkpoint(let checkpoint) = CommitChecker.read(record) else {
                    return false
                }
                return checkpoint.setting("input.keyed_by") == other.rawValue
            }
            if isNew == true { new += 1 } else { old += 1 }
            // With the other `input.keyed_by` it would stop.
            scenario.settings.keyedBy = isNew == true ? other : keyedBy
            let next = scenario.start(RebuildKeyingTests.catalog)
            try scenario.run(next, steps: 600)
            try RebuildKeyingTests.checkStock(scenario, next)
            #expect(scenario.alerts.count == 18)
            RebuildKeyingTests.checkPlacement(scenario)
            #expect(scenario.cluster.violation == nil)
            scenario.kill(next)
        }
        #expect(old > 10 && new > 10, "\(old) and \(new)")
    }

    @Test(
        "an interrupted rebuild is finished by the next start with the flag, whatever its last call was",
        arguments: [KeyedBy.none, .product])
    func finished(_ keyedBy: KeyedBy) throws {
        // Reference rows changed as well, so that the rebuild publishes alerts.
        let newer = Scenario.catalog(threshold: 3, warehouses: 40)
        for calls in stride(from: 4, through: 400, by: 9) {
            let scenario = try RebuildKeyingTests.stocked(keyedBy)
            scenario.settings.keyedBy = RebuildKeyingTests.other(keyedBy)
            scenario.settings.rebuilds = true
            scenario.die(newer, after: calls)
            let second = scenario.start(newer)
            try scenario.run(second, steps: 600)
            scenario.kill(second)
            scenario.settings.rebuilds = false
            let third = scenario.start(newer)
            try scenario.run(third, steps: 300)
            try RebuildKeyingTests.checkStock(scenario, third)
            Self.checkPublished(scenario, [1: 3, 2: 10], "\(calls) calls")
            #expect(scenario.alerts.count == 27, "each change once")
            RebuildKeyingTests.checkPlacement(scenario)
            #expect(scenario.cluster.violation == nil)
        }
    }

    @Test(
        "an interrupted rebuild from another topic is finished by the next start with the flag",
        arguments: [KeyedBy.none, .product])
    func otherTopic(_ keyedBy: KeyedBy) throws {
        for calls in stride(from: 4, through: 300, by: 9) {
            let scenario = try RebuildKeyingTests.stocked(keyedBy)
            scenario.settings.inputTopic = "orders-2"
            scenario.cluster.replaceInput(partitions: 2)
            for warehouse in 1...20 { scenario.send("RECEIVED", warehouse + 6, warehouse: warehouse) }
            scenario.sendRaw("no event")
            scenario.settings.rebuilds = true
            scenario.die(RebuildKeyingTests.catalog, after: calls)
            let second = scenario.start(RebuildKeyingTests.catalog)
            try scenario.run(second, steps: 600)
            scenario.kill(second)
            scenario.settings.rebuilds = false
            let third = scenario.start(RebuildKeyingTests.catalog)
            try scenario.run(third, steps: 300)
            let stock = try scenario.stock(third)
            #expect(stock == Dictionary(uniqueKeysWithValues: (1...20).map { (Int32($0), Int64($0 + 6)) }))
            #expect(try scenario.stock(third, product: 2).isEmpty)
            // No log holds events of product 2 any more.
            Self.checkPublished(scenario, [1: 10, 2: .min], more: 6, "\(calls) calls")
            #expect(scenario.deadLetters == 1, "\(calls) calls")
            #expect(scenario.cluster.violation == nil)
        }
    }

    @Test("an interrupted rebuild of a keyed topic that grew counts the topic again")
    func grown() throws {
        for calls in stride(from: 4, through: 120, by: 5) {
            let scenario = Scenario(partitions: 1)
            scenario.settings.keyedBy = .product
            let first = scenario.start(RebuildKeyingTests.catalog)
            scenario.send("RECEIVED", 20)
            scenario.send("RECEIVED", 3, product: 2)
            try scenario.run(first)
            scenario.kill(first)
            scenario.cluster.topics[.input]?.append(SimPartition())
            scenario.send("RECEIVED", 5, product: 2)
            scenario.settings.keyedBy = .none
            scenario.settings.rebuilds = true
            scenario.die(RebuildKeyingTests.catalog, after: calls)
            let second = scenario.start(RebuildKeyingTests.catalog)
            try scenario.run(second, steps: 600)
            scenario.kill(second)
            scenario.settings.rebuilds = false
            scenario.send("SHIPPED", 1, product: 2)
            let third = scenario.start(RebuildKeyingTests.catalog)
            try scenario.run(third, steps: 300)
            #expect(try scenario.stock(third) == [1: 20], "\(calls) calls")
            #expect(try scenario.stock(third, product: 2) == [1: 7], "\(calls) calls")
            #expect(scenario.published == [Scenario.key(2, 1): "WARNING"], "\(calls) calls")
            #expect(scenario.cluster.violation == nil)
        }
    }
}

@Suite("A large rebuild")
struct LargeRebuildTests {
    private static func stocked(_ warehouses: Int) throws -> (Scenario, Catalog) {
        let scenario = Scenario(partitions: 2)
        let catalog = Scenario.catalog(
            threshold: .max, warehouses: Int32(warehouses), secondThreshold: .max)
        scenario.settings.maxBatchEvents = 1_000
        for warehouse in 1...warehouses {
            scenario.send("RECEIVED", warehouse, warehouse: warehouse)
            scenario.send("RECEIVED", warehouse, product: 2, warehouse: warehouse)
        }
        let first = scenario.start(catalog)
        try scenario.run(first, steps: warehouses)
        scenario.kill(first)
        #expect(scenario.alerts.count == 2 * warehouses)
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        return (scenario, catalog)
    }

    @Test("a large rebuild is in one transaction or not at all")
    func whole() throws {
        for calls in [700, 1_500, 2_300, 3_000] {
            let (scenario, catalog) = try Self.stocked(600)
            let commits = scenario.cluster.commits.count
            let dying = scenario.start(catalog)
            dying.session.callsToLive = calls
            do { try scenario.run(dying, steps: 2_000) } catch { #expect(dying.session.isDead) }
            scenario.kill(dying)
            scenario.cluster.advance(20_000)
            #expect(scenario.cluster.commits.count - commits <= 1 || calls == 3_000)
            let next = scenario.start(catalog)
            try scenario.run(next, steps: 2_000)
            #expect(scenario.alerts.count == 1_200)
            #expect(try scenario.stock(next).count == 600)
            RebuildKeyingTests.checkPlacement(scenario)
        }
    }

    @Test("a rebuild that takes longer than a transaction may says what to set, instead of trying for ever")
    func tooLong() throws {
        let (scenario, catalog) = try Self.stocked(2_000)
        scenario.settings.transactionTimeoutMs = 3_000
        scenario.cluster.transactionTimeoutMs = 3_000
        let stop = scenario.stop(catalog, steps: 40_000)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("kafka.transaction_timeout", "found 3000 ms", "kafka.session_timeout") == true,
            "\(stop?.message ?? "")")
        scenario.settings.transactionTimeoutMs = 60_000
        scenario.cluster.transactionTimeoutMs = 60_000
        let next = scenario.start(catalog)
        try scenario.run(next, steps: 4_000)
        #expect(scenario.alerts.count == 4_000)
        RebuildKeyingTests.checkPlacement(scenario)
    }
}
