import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("The tables that a worker publishes")
struct PublishedOutputsTests {
    private static let catalog = Scenario.catalog(warehouses: 2)

    private func stocked() throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.outputs = Aggregate.Outputs(stockLevels: true, rollup: true)
        let process = scenario.start(Self.catalog)
        for warehouse in 1...2 {
            scenario.send("RECEIVED", 20, warehouse: warehouse)
            scenario.send("RECEIVED", 30, product: 2, warehouse: warehouse)
        }
        try scenario.run(process)
        try scenario.finish(process)
        return scenario
    }

    private func messages(_ scenario: Scenario, _ topic: Topic) -> [SimRecord] {
        scenario.cluster.topics[topic]!.flatMap(\.committedRecords)
    }

    private func start(_ scenario: Scenario, _ catalog: Catalog) throws {
        let process = scenario.start(catalog)
        try scenario.run(process, steps: 300)
        try scenario.finish(process)
    }

    @Test("the published tables are not published again by a restart or a rebuild")
    func once() throws {
        let scenario = try stocked()
        let before = [Topic.stockLevels, .rollup].map { messages(scenario, $0).count }
        for rebuilds in [false, true, false] {
            scenario.settings.rebuilds = rebuilds
            try start(scenario, Self.catalog)
            #expect([Topic.stockLevels, .rollup].map { messages(scenario, $0).count } == before)
        }
    }

    @Test("the published tables lose the rows whose product vanished while nobody ran", arguments: [false, true])
    func vanished(_ isRebuilt: Bool) throws {
        let scenario = try stocked()
        if isRebuilt {
            scenario.settings.rebuilds = true
            try start(scenario, Self.catalog)
            scenario.settings.rebuilds = false
        }
        let product = Product(id: ProductID(1), name: "Lamp", category: "Home", reorderThreshold: 10)
        try start(
            scenario,
            Catalog(
                products: Catalog.Products([product]), warehouses: Self.catalog.warehouses))
        for topic in [Topic.stockLevels, .rollup] {
            var standing: [String: [UInt8]] = [:]
            for record in messages(scenario, topic) {
                standing[String(decoding: record.key ?? [], as: UTF8.self)] = record.value
            }
            #expect(
                standing.keys.allSatisfy { $0.contains("\"product_id\":1") }, "\(topic): \(standing.keys)")
            #expect(standing.count == (topic == .rollup ? 1 : 2))
        }
    }

    @Test("an alert that only the log's loss resolved stays in the state partition of its product")
    func placement() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RECEIVED", 3, product: 2)
        try scenario.run(first)
        scenario.kill(first)
        #expect(scenario.alerts == ["RAISED LOW 3 1"])
        let input = scenario.cluster.partition(.input, 1)
        input.trim(to: input.end)
        scenario.settings.rebuilds = true
        scenario.settings.acceptsDataLoss = true
        let second = scenario.start()
        try scenario.run(second, steps: 400)
        #expect(scenario.alerts.last == "RESOLVED - - 1")
        let pair = Pair(product: ProductID(2), warehouse: WarehouseID(1))
        #expect(scenario.standing.map { $0[.alert(pair)] != nil } == [false, true])
    }

    @Test("views are not shown before the alerts that belong to them are committed")
    func shownAfterwards() throws {
        let scenario = Scenario()
        let first = scenario.start()
        scenario.send("RECEIVED", 8)
        try scenario.run(first)
        try scenario.finish(first)
        let second = scenario.start(Scenario.catalog(threshold: 5))
        scenario.fail(.commitFailed, times: .max)
        try scenario.run(second, steps: 60)
        #expect(second.telemetry.snapshot.aborted > 1)
        #expect(second.reader.store.snapshot().workers[0] == nil)
        scenario.cluster.faults.scripted = [:]
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 8])
        #expect(scenario.alerts.last == "RESOLVED - 8 1")
    }

    @Test("a resolved and a standing alert of the same incident contradict each other")
    func sameIncident() {
        let standing = PublishedAlert(level: .low, incident: 3)
        let resolved = PublishedAlert(level: nil, incident: 3)
        #expect(PublishedAlert.merged([standing, resolved], now: .low) == resolved)
        #expect(PublishedAlert.merged([standing, resolved], now: nil) == standing)
    }
}
