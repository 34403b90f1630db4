import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A change of layout whose worker dies")
struct RelayoutFaultTests {
    private typealias KeyedBy = PipelineSettings.KeyedBy

    /// The newest severity that the alert topic tells of each pair; nil where none stands.
    private static func published(_ scenario: Scenario) -> [String: String?] {
        var newest: [String: String?] = [:]
        for record in scenario.cluster.topics[.alerts]!.flatMap(\.committedRecords) {
            newest[String(decoding: record.key ?? [], as: UTF8.self)] =
                FlatJSON(record.value)?["alert_severity"]
        }
        return newest
    }

    private static func key(_ product: Int, _ warehouse: Int) -> String {
        "{\"product_id\":\(product),\"warehouse_id\":\(warehouse)}"
    }

    /// As many units as the warehouse's number are in each.
    private static func checkPublished(
        _ scenario: Scenario, _ thresholds: [Int: Int64], warehouses: ClosedRange<Int> = 1...20,
        _ text: String
    ) {
        let published = published(scenario)
        for (product, threshold) in thresholds {
            for warehouse in warehouses {
                let severity = ExpectedStock.severity(Int64(warehouse), threshold)
                let found = published[key(product, warehouse)] ?? nil
                #expect(found == severity, "\(text): \(product)/\(warehouse)")
            }
        }
    }

    /// Starts it and lets it die after so many calls of the log.
    private static func die(_ scenario: Scenario, _ catalog: Catalog, after calls: Int) {
        scenario.cluster.faults.lazySends = 500
        let dying = scenario.start(catalog)
        dying.log.callsToLive = calls
        _ = try? scenario.run(dying, steps: 600)
        scenario.kill(dying)
        scenario.cluster.faults.lazySends = 0
        scenario.cluster.advance(20_000)
    }

    /// Starts once more with the flag. Without transactions what was accepted and cut off may have to be rebuilt.
    private static func finish(_ scenario: Scenario, _ catalog: Catalog) throws {
        var next = scenario.start(catalog)
        do {
            try scenario.run(next, steps: 600)
        } catch {
            let message = (error as? WorkerStop)?.message ?? ""
            guard scenario.settings.delivery == .atLeastOnce, scenario.settings.acceptsConfigChange,
                message.contains("--rebuild")
            else { throw error }
            scenario.cluster.members = []
            scenario.settings.rebuilds = true
            scenario.settings.acceptsConfigChange = false
            next = scenario.start(catalog)
            try scenario.run(next, steps: 600)
        }
        scenario.kill(next)
    }

    @Test(
        "is finished by the next start with the flag, whatever its last call was, though nothing is fenced",
        arguments: [(KeyedBy.none, false), (.product, false), (.product, true)],
        [PipelineSettings.Delivery.atLeastOnce, .exactlyOnce])
    func finished(
        _ change: (from: PipelineSettings.KeyedBy, accepts: Bool), _ delivery: PipelineSettings.Delivery
    )
        throws
    {
        // Reference rows changed as well, so that alerts are published with it.
        let newer = Scenario.catalog(threshold: 3, warehouses: 40)
        for calls in stride(from: 4, through: 400, by: 9) {
            let scenario = try RelayoutTests.stocked(change.from, delivery)
            scenario.settings.keyedBy = RelayoutTests.other(change.from)
            scenario.settings.rebuilds = !change.accepts
            scenario.settings.acceptsConfigChange = change.accepts
            Self.die(scenario, newer, after: calls)
            try Self.finish(scenario, newer)
            scenario.settings.rebuilds = false
            scenario.settings.acceptsConfigChange = false
            let third = scenario.start(newer)
            try scenario.run(third, steps: 300)
            try RelayoutTests.checkStock(scenario, third)
            Self.checkPublished(scenario, [1: 3, 2: 10], "\(calls) calls")
            RelayoutTests.checkPlaces(scenario)
            #expect(scenario.cluster.violation == nil)
        }
    }

    @Test(
        "is not gone back from unawares without transactions: what was is there, or it has to be finished",
        arguments: [PipelineSettings.KeyedBy.none, .product])
    func goneBackFrom(_ keyedBy: PipelineSettings.KeyedBy) throws {
        for calls in stride(from: 4, through: 400, by: 9) {
            let scenario = try RelayoutTests.stocked(keyedBy, .atLeastOnce)
            scenario.settings.keyedBy = RelayoutTests.other(keyedBy)
            scenario.settings.rebuilds = true
            Self.die(scenario, RelayoutTests.catalog, after: calls)
            scenario.settings.keyedBy = keyedBy
            scenario.settings.rebuilds = false
            var next = scenario.start(RelayoutTests.catalog)
            do {
                try scenario.run(next, steps: 600)
            } catch {
                #expect((error as? WorkerStop)?.message.contains("--rebuild") == true, "\(error)")
                scenario.cluster.members = []
                scenario.settings.keyedBy = RelayoutTests.other(keyedBy)
                scenario.settings.rebuilds = true
                next = scenario.start(RelayoutTests.catalog)
                try scenario.run(next, steps: 600)
            }
            try RelayoutTests.checkStock(scenario, next)
            Self.checkPublished(scenario, [1: 10, 2: 10], "\(calls) calls")
            #expect(scenario.cluster.violation == nil)
        }
    }

    @Test(
        "to another topic is finished by the next start with the flag",
        arguments: [PipelineSettings.KeyedBy.none, .product],
        [PipelineSettings.Delivery.atLeastOnce, .exactlyOnce])
    func otherTopic(_ keyedBy: PipelineSettings.KeyedBy, _ delivery: PipelineSettings.Delivery) throws {
        for calls in stride(from: 4, through: 300, by: 9) {
            let scenario = try RelayoutTests.stocked(keyedBy, delivery)
            scenario.settings.inputTopic = "orders-2"
            scenario.cluster.replaceInput(partitions: 2)
            for warehouse in 1...20 { scenario.send("RECEIVED", warehouse + 6, warehouse: warehouse) }
            if delivery == .atLeastOnce {
                scenario.settings.acceptsConfigChange = true
                let stop = RelayoutTests.stop(scenario)
                #expect(stop?.message.contains("that of another topic cannot be kept") == true)
                scenario.settings.acceptsConfigChange = false
            }
            scenario.settings.rebuilds = true
            Self.die(scenario, RelayoutTests.catalog, after: calls)
            let second = scenario.start(RelayoutTests.catalog)
            try scenario.run(second, steps: 600)
            scenario.kill(second)
            scenario.settings.rebuilds = false
            let third = scenario.start(RelayoutTests.catalog)
            try scenario.run(third, steps: 300)
            let stock = try scenario.stock(third)
            #expect(stock == Dictionary(uniqueKeysWithValues: (1...20).map { (Int32($0), Int64($0 + 6)) }))
            #expect(try scenario.stock(third, product: 2).isEmpty)
            // Of product 2 no log holds anything any more.
            Self.checkPublished(scenario, [2: .min], "\(calls) calls")
            let found = Self.published(scenario)
            for warehouse in 1...20 {
                #expect(
                    found[Self.key(1, warehouse)] ?? nil == ExpectedStock.severity(Int64(warehouse + 6), 10),
                    "\(calls) calls: \(warehouse)")
            }
            #expect(scenario.cluster.violation == nil)
        }
    }

    @Test(
        "because a keyed topic grew takes its stock over, or counts it again",
        arguments: [false, true], [PipelineSettings.Delivery.atLeastOnce, .exactlyOnce])
    func grown(_ accepts: Bool, _ delivery: PipelineSettings.Delivery) throws {
        for calls in stride(from: 4, through: 120, by: 5) {
            let scenario = Scenario(partitions: 1)
            scenario.settings.keyedBy = .product
            scenario.settings.delivery = delivery
            let first = scenario.start(RelayoutTests.catalog)
            scenario.send("RECEIVED", 20)
            scenario.send("RECEIVED", 3, product: 2)
            try scenario.run(first)
            scenario.kill(first)
            scenario.cluster.topics[.input]?.append(SimPartition())
            scenario.send("RECEIVED", 5, product: 2)
            scenario.settings.keyedBy = .none
            scenario.settings.rebuilds = !accepts
            scenario.settings.acceptsConfigChange = accepts
            Self.die(scenario, RelayoutTests.catalog, after: calls)
            try Self.finish(scenario, RelayoutTests.catalog)
            scenario.settings.rebuilds = false
            scenario.settings.acceptsConfigChange = false
            scenario.send("SHIPPED", 1, product: 2)
            let third = scenario.start(RelayoutTests.catalog)
            try scenario.run(third, steps: 300)
            #expect(try scenario.stock(third) == [1: 20], "\(calls) calls")
            #expect(try scenario.stock(third, product: 2) == [1: 7], "\(calls) calls")
            #expect(Self.published(scenario) == [Self.key(2, 1): "WARNING"], "\(calls) calls")
            #expect(scenario.cluster.violation == nil)
        }
    }
}

@Suite("A large change of layout")
struct LargeRelayoutTests {
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

    @Test("is in one transaction or not at all")
    func whole() throws {
        for calls in [700, 1_500, 2_300, 3_000] {
            let (scenario, catalog) = try Self.stocked(600)
            let commits = scenario.cluster.commits.count
            let dying = scenario.start(catalog)
            dying.log.callsToLive = calls
            do { try scenario.run(dying, steps: 2_000) } catch { #expect(dying.log.isDead) }
            scenario.kill(dying)
            scenario.cluster.advance(20_000)
            #expect(scenario.cluster.commits.count - commits <= 1 || calls == 3_000)
            let next = scenario.start(catalog)
            try scenario.run(next, steps: 2_000)
            #expect(scenario.alerts.count == 1_200)
            #expect(try scenario.stock(next).count == 600)
            RelayoutTests.checkPlaces(scenario)
        }
    }

    @Test("that takes longer than a transaction may says what to set, instead of trying for ever")
    func tooLong() throws {
        let (scenario, catalog) = try Self.stocked(2_000)
        scenario.settings.transactionTimeoutMs = 3_000
        scenario.cluster.transactionTimeoutMs = 3_000
        let stop = #expect(throws: WorkerStop.self) {
            try scenario.run(scenario.start(catalog), steps: 40_000)
        }
        #expect(stop?.kind == .configuration)
        for word in ["kafka.transaction_timeout", "found 3000 ms", "kafka.session_timeout"] {
            #expect(stop?.message.contains(word) == true, "\(stop?.message ?? "")")
        }
        scenario.cluster.members = []
        scenario.settings.transactionTimeoutMs = 60_000
        scenario.cluster.transactionTimeoutMs = 60_000
        let next = scenario.start(catalog)
        try scenario.run(next, steps: 4_000)
        #expect(scenario.alerts.count == 4_000)
        RelayoutTests.checkPlaces(scenario)
    }
}
