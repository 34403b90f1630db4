import Inventory
import TestSupport
import Testing

@testable import Pipeline

@Suite("The limit of ids that are texts")
struct NameLimitTests {
    /// The ids of a new process, which knows some of the texts already, as from other partitions.
    private static func ids(limit: Int, known: [Int] = []) -> IDs {
        let ids = IDs(product: .text, maxNames: limit)
        for product in known { _ = Array("\(product)".utf8).withUnsafeBytes { ids.names?.intern($0) } }
        return ids
    }

    private static func start(_ scenario: Scenario, _ ids: IDs) -> Simulation.Process {
        scenario.settings.ids = ids
        return scenario.start(catalog(ids))
    }

    /// Products are found under their digits.
    private static func catalog(_ ids: IDs) -> Catalog {
        let products = (1...20).map { number in
            let id = Array("\(number)".utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1
            return Product(id: ProductID(id), name: "P", category: "C", reorderThreshold: 1)
        }
        return Catalog(products: products, warehouses: [Warehouse(id: WarehouseID(1), name: "W", region: "R")])
    }

    private static func stock(_ process: Simulation.Process, _ ids: IDs) throws -> [String: Int64] {
        for _ in 0..<10 { _ = try process.worker.step() }
        let rows = process.reader.store.snapshot().workers[0]?.stock ?? []
        return Dictionary(uniqueKeysWithValues: rows.map { (ids.string($0.product.id), $0.currentStock) })
    }

    private static func send(_ scenario: Scenario, _ product: Int, quantity: Int = 1, id: Int) {
        scenario.sendRaw(
            "{\"event_id\":\(id),\"event_type\":\"RECEIVED\",\"product_id\":\"\(product)\",\"warehouse_id\":1,"
                + "\"quantity\":\(quantity),\"event_time\":\"2026-03-30T12:00:00Z\"}")
    }

    @Test("Every recovery counts and rejects the same events, whatever other texts its process knows.")
    func determinism() throws {
        var rejections = 0
        for seed in UInt64(1)...60 {
            var random = SeededRandom(seed: seed)
            let limit = 2 + random.below(6)
            let scenario = Scenario()
            scenario.settings.maxBatchEvents = 1 + random.below(8)
            var expected: [String: Int64] = [:]
            var rejected = 0
            var ids = Self.ids(limit: limit)
            var process = Self.start(scenario, ids)
            for id in 1...50 {
                let product = 1 + random.below(12)
                if expected["\(product)"] != nil || expected.count < limit {
                    expected["\(product)", default: 0] += Int64(id)
                } else {
                    rejected += 1
                }
                Self.send(scenario, product, quantity: id, id: id)
                if random.chance(4) { try scenario.run(process, steps: 1 + random.below(60)) }
                guard random.chance(6) else { continue }
                if random.chance(2) { scenario.kill(process) } else { try scenario.finish(process) }
                ids = Self.ids(limit: limit, known: (0..<random.below(6)).map { _ in 1 + random.below(12) })
                process = Self.start(scenario, ids)
            }
            try scenario.run(process, steps: 400)
            #expect(try Self.stock(process, ids) == expected, "seed \(seed)")
            #expect(scenario.deadLetters == rejected, "seed \(seed)")
            #expect(process.reader.store.snapshot().workers[0]?.shards.first?.names == expected.count)
            rejections += rejected
        }
        #expect(rejections > 500)
    }

    @Test("A producer that invents ids does not fill the memory.")
    func memory() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 100
        let ids = Self.ids(limit: 5)
        let process = Self.start(scenario, ids)
        for id in 1...3_000 { Self.send(scenario, id, id: id) }
        for _ in 0..<100 where scenario.deadLetters < 2_995 { try scenario.run(process) }
        #expect(scenario.deadLetters == 2_995)
        // Those of the reference table, and of the events that were decoded with the last one that was admitted.
        #expect(ids.names?.count ?? 0 <= 20 + 2 * Aggregate.eventsAtOnce)
    }

    @Test("A new limit must be accepted, and holds for the events that follow.")
    func change() throws {
        let scenario = Scenario()
        let process = Self.start(scenario, Self.ids(limit: 2))
        for product in 1...3 { Self.send(scenario, product, id: product) }
        try scenario.run(process)
        try scenario.finish(process)
        #expect(scenario.deadLetters == 1)
        let ids = Self.ids(limit: 3)
        scenario.settings.ids = ids
        let stop = scenario.stop(Self.catalog(ids))
        #expect(stop?.says("ids.max_names", "2", "3", "--accept-config-change") == true, "\(stop?.message ?? "")")
        scenario.settings.acceptsConfigChange = true
        let next = Self.start(scenario, ids)
        for product in 3...5 { Self.send(scenario, product, quantity: 7, id: 10 + product) }
        try scenario.run(next)
        #expect(try Self.stock(next, ids) == ["1": 1, "2": 1, "3": 7])
        #expect(scenario.deadLetters == 3)
    }

    @Test("Products and warehouses count together, and there must be room for one of each.")
    func both() {
        let ids = IDs(product: .text, warehouse: .text, maxNames: 4)
        var aggregate = Aggregate(inputs: 1, dedupeWindow: 10, catalog: Catalog(), ids: ids)
        func number(_ text: String) -> Int32 { Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1 }
        func outcome(_ product: String, _ warehouse: String, _ id: Int64) -> Aggregate.Outcome {
            let pair = Pair(product: ProductID(number(product)), warehouse: WarehouseID(number(warehouse)))
            let event = OrderEvent(id: EventID(id), pair: pair, units: 1, time: Timestamp(microseconds: id))
            return aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(id)))
        }
        #expect(outcome("a", "x", 1) == .applied)
        #expect(outcome("a", "y", 2) == .applied)
        #expect(aggregate.nameCount == 3 && aggregate.isFullOfNames)
        #expect(outcome("b", "x", 3) == .tooManyNames && outcome("a", "z", 4) == .tooManyNames)
        #expect(outcome("a", "x", 1) == .duplicate && outcome("a", "y", 5) == .applied)
    }
}
