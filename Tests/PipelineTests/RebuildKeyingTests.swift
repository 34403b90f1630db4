import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A changed input.keyed_by")
struct RebuildKeyingTests {
    static let catalog = Scenario.catalog(warehouses: 40)

    /// Two products in two partitions, each with alerts in nine of its 20 warehouses.
    static func stocked(_ keyedBy: KeyedBy) throws -> Scenario {
        let scenario = Scenario(partitions: 2)
        scenario.settings.maxBatchEvents = 100
        scenario.settings.keyedBy = keyedBy
        scenario.settings.outputs.stockLevels = true
        scenario.settings.outputs.rollup = true
        let process = scenario.start(catalog)
        for warehouse in 1...20 {
            scenario.send("RECEIVED", warehouse, warehouse: warehouse)
            scenario.send("RECEIVED", warehouse, product: 2, warehouse: warehouse)
        }
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        #expect(scenario.alerts.count == 18)
        return scenario
    }

    static func other(_ keyedBy: KeyedBy) -> KeyedBy {
        keyedBy == .none ? .product : .none
    }

    /// Each record lies where `input.keyed_by` puts it, and none of the other keying is left.
    static func checkPlacement(_ scenario: Scenario, sourceLocation: SourceLocation = #_sourceLocation) {
        for (index, records) in scenario.standing.enumerated() {
            for (key, record) in records {
                if case .checkpoint(let checkpoint) = record {
                    #expect(
                        checkpoint.setting("input.keyed_by") == scenario.settings.keyedBy.rawValue,
                        sourceLocation: sourceLocation)
                }
                if scenario.settings.keyedBy == .none {
                    #expect(
                        key.isOfCheckpoint || index == 0, "\(key) lies in \(index)",
                        sourceLocation: sourceLocation)
                } else if case .alert(let pair, _) = record {
                    #expect(Int(pair.product.rawValue) - 1 == index, sourceLocation: sourceLocation)
                }
            }
        }
    }

    static func checkStock(
        _ scenario: Scenario, _ process: Simulation.Process, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expected = Dictionary(uniqueKeysWithValues: (1...20).map { (Int32($0), Int64($0)) })
        #expect(try scenario.stock(process) == expected, sourceLocation: sourceLocation)
        #expect(try scenario.stock(process, product: 2) == expected, sourceLocation: sourceLocation)
    }

    @Test(
        "a changed input.keyed_by stops the worker, and a rebuild moves the state and publishes nothing again",
        arguments: [KeyedBy.none, .product], [false, true])
    func rebuild(_ keyedBy: KeyedBy, _ accepts: Bool) throws {
        let scenario = try Self.stocked(keyedBy)
        scenario.settings.keyedBy = Self.other(keyedBy)
        scenario.settings.acceptsConfigChange = accepts
        let stop = scenario.stop(Self.catalog)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("input.keyed_by=\(keyedBy) became \(Self.other(keyedBy))", "--rebuild") == true,
            "\(stop?.message ?? "")")
        scenario.settings.acceptsConfigChange = false
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.catalog)
        try scenario.run(second, steps: 400)
        #expect(scenario.alerts.count == 18, "nothing is published again")
        #expect(scenario.cluster.topics[.stockLevels]!.flatMap(\.committedRecords).count == 40)
        #expect(scenario.lines.lines.contains { $0.contains("differed=0 logged=0 pairs=40 ") })
        try Self.checkStock(scenario, second)
        Self.checkPlacement(scenario)
        scenario.kill(second)
        scenario.settings.rebuilds = false
        let third = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 50, product: 2, warehouse: 1)
        try scenario.run(third, steps: 300)
        scenario.send("SHIPPED", 50, product: 2, warehouse: 1)
        try scenario.run(third, steps: 300)
        #expect(scenario.alerts.count == 20)
        #expect(
            scenario.alerts.contains("RESOLVED - 51 1") && scenario.alerts.contains("RAISED CRITICAL 1 2"))
        try Self.checkStock(scenario, third)
    }

    @Test("a rebuild with changed reference rows publishes the difference, and only that")
    func difference() throws {
        let scenario = try Self.stocked(.none)
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        let newer = Scenario.catalog(threshold: 3, warehouses: 40)
        let process = scenario.start(newer)
        try scenario.run(process, steps: 400)
        #expect(
            scenario.alerts.count { $0.hasPrefix("RESOLVED") } == 7, "warehouses 3 to 9 of the first product")
        #expect(scenario.alerts.count { $0.hasPrefix("EASED") } == 2)
        #expect(scenario.alerts.count == 27)
    }

    @Test("a rebuild for another keying keeps the remembered event ids of the log")
    func duplicates() throws {
        let scenario = try Self.stocked(.product)
        scenario.settings.checkpointIntervalMs = 1_000_000
        let more = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 5, warehouse: 1, id: 100)
        try scenario.run(more)
        scenario.kill(more)
        scenario.settings.keyedBy = .none
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 5, warehouse: 1, id: 100)
        scenario.send("SHIPPED", 5, warehouse: 1, id: 101)
        try scenario.run(second, steps: 300)
        try Self.checkStock(scenario, second)
        Self.checkPlacement(scenario)
        scenario.kill(second)
        scenario.settings.rebuilds = false
        let third = scenario.start(Self.catalog)
        scenario.send("SHIPPED", 5, warehouse: 1, id: 101)
        try scenario.run(third, steps: 300)
        try Self.checkStock(scenario, third)
    }

    @Test(
        "a rebuild is written whole though the partitions went away and came back before that",
        arguments: [KeyedBy.none, .product], [false, true])
    func rebalanced(_ keyedBy: KeyedBy, _ hasFailed: Bool) throws {
        let scenario = try Self.stocked(keyedBy)
        scenario.settings.checkpointIntervalMs = 1_000_000
        scenario.settings.keyedBy = Self.other(keyedBy)
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.catalog)
        let commits = scenario.cluster.commits.count
        if hasFailed {
            // The first transaction fails, and the next poll brings the rebalance.
            scenario.fail(.commitFailed)
            scenario.cluster.faults.rebalancesIn = "commit"
        } else {
            scenario.cluster.faults.rebalancesIn = "assign"
        }
        for _ in 0..<300 where scenario.cluster.commits.count == commits {
            try scenario.run(second, steps: 1)
            if scenario.cluster.faults.rebalancesIn == nil { scenario.cluster.advance(20) }
        }
        #expect(scenario.cluster.commits.count == commits + 1)
        scenario.kill(second)
        Self.checkPlacement(scenario)
        scenario.settings.rebuilds = false
        let third = scenario.start(Self.catalog)
        try scenario.run(third, steps: 300)
        try Self.checkStock(scenario, third)
        #expect(scenario.alerts.count == 18)
    }

    @Test("a worker that has only part of the partitions does not rebuild: it waits, then says what to do")
    func partOfThem() throws {
        let scenario = try Self.stocked(.none)
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        let (one, other) = (scenario.start(Self.catalog), scenario.start(Self.catalog, slot: 1))
        let commits = scenario.cluster.commits.count
        let before = scenario.cluster.nowMs
        let stop = #expect(throws: StopReason.self) { try scenario.run(one, other, steps: 2_000) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("start one daemon with workers: 1") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.nowMs - before >= scenario.settings.sessionTimeoutMs)
        #expect(scenario.lines.lines.contains { $0.contains("waiting for it to leave") })
        #expect(scenario.cluster.commits.count == commits)
    }

    @Test("the worker that stays rebuilds when the other one leaves meanwhile")
    func otherLeaves() throws {
        let scenario = try Self.stocked(.none)
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        let (one, other) = (scenario.start(Self.catalog), scenario.start(Self.catalog, slot: 1))
        for _ in 0..<500 where !scenario.lines.lines.contains(where: { $0.contains("waiting for it to") }) {
            try scenario.run(one, other, steps: 1)
        }
        scenario.kill(other)
        try scenario.run(one, steps: 600)
        try Self.checkStock(scenario, one)
        Self.checkPlacement(scenario)
        #expect(scenario.alerts.count == 18)
    }

    // MARK: A pair that was published by two shards

    /// One product's events are in both partitions, though the input should be keyed by product; the reference rows
    /// are in a topic. The next worker is to rebuild both into one shard.
    private func split(_ quantities: [(Int, to: Int)]) throws -> (Scenario, Catalog) {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        scenario.settings.referenceTopics = [.products: .init(name: "products")]
        Self.writeProduct(scenario, threshold: 10)
        let files = Catalog(products: Catalog.Products(), warehouses: Self.catalog.warehouses)
        let (one, other) = (scenario.start(files), scenario.start(files, slot: 1))
        try scenario.run(one, other, steps: 400)
        for (index, (quantity, partition)) in quantities.enumerated() {
            scenario.send("RECEIVED", quantity, id: Int64(index), to: partition)
            try scenario.run(one, other)
        }
        scenario.kill(one)
        scenario.kill(other)
        scenario.settings.keyedBy = .none
        scenario.settings.rebuilds = true
        return (scenario, files)
    }

    private static func writeProduct(_ scenario: Scenario, threshold: Int) {
        let row =
            #"{"product_id":1,"product_name":"Lamp","category":"Home","reorder_threshold":\#(threshold)}"#
        scenario.cluster.partition(.reference(.products), 0).append(
            SimRecord(offset: 0, key: Array("1".utf8), value: Array(row.utf8)))
    }

    @Test("a rebuild takes, of two alerts of a pair, the one that the topic's reference rows contradict")
    func contradiction() throws {
        let (scenario, files) = try split([(6, to: 0), (3, to: 1)])
        #expect(scenario.alerts == ["RAISED WARNING 6 1", "RAISED LOW 3 1"])
        try scenario.run(scenario.start(files), steps: 600)
        #expect(scenario.alerts.last == "EASED WARNING 9 1", "what was last published is the other one")
    }

    @Test("a rebuild chooses between two alerts again when the rows change before it has committed")
    func contradictionUndecided() throws {
        let (scenario, files) = try split([(3, to: 1), (6, to: 0)])
        #expect(scenario.alerts == ["RAISED LOW 3 1", "RAISED WARNING 6 1"])
        let process = scenario.start(files)
        var threshold: Int32? { process.worker.reference.catalog.products[ProductID(1)]?.reorderThreshold }
        scenario.fail(.commitFailed, times: .max)
        for _ in 0..<600 where process.telemetry.snapshot.aborted == 0 { try scenario.run(process, steps: 1) }
        #expect(process.telemetry.snapshot.aborted == 1 && threshold == 10)
        // Now LOW is right, but WARNING was published last.
        Self.writeProduct(scenario, threshold: 18)
        for _ in 0..<600 where threshold != 18 { try scenario.run(process, steps: 1) }
        #expect(threshold == 18)
        scenario.cluster.faults.scripted = [:]
        try scenario.run(process, steps: 600)
        #expect(scenario.published == [Scenario.key(1, 1): "LOW"], "\(scenario.alerts)")
    }
}

@Suite("What counts as published of a pair that several shards have published")
struct MergedAlertTests {
    private func alert(_ level: AlertLevel?, _ incident: UInt32, _ fingerprint: UInt64 = 0) -> PublishedAlert {
        PublishedAlert(level: level, incident: incident, fingerprint: fingerprint)
    }

    @Test("of two contradicting alerts, the one that differs from the current level counts as published")
    func contradiction() {
        let alerts = [alert(.low, 3), alert(.critical, 2)]
        #expect(PublishedAlert.merged(alerts, now: .low) == alert(.critical, 3))
        #expect(PublishedAlert.merged(alerts, now: .critical) == alert(.low, 3))
        #expect(PublishedAlert.merged([alert(.low, 3), alert(nil, 5)], now: nil) == alert(.low, 5))
        #expect(PublishedAlert.merged([alert(.low, 3), alert(nil, 5)], now: .low) == alert(nil, 5))
    }

    @Test("a standing alert counts as published beside one that only keeps the incident number")
    func keptNumber() {
        for now in [AlertLevel.low, .critical, nil] {
            #expect(PublishedAlert.merged([alert(nil, 2), alert(.low, 3)], now: now) == alert(.low, 3))
        }
        #expect(PublishedAlert.merged([alert(nil, 2), alert(nil, 4)], now: .low) == alert(nil, 4))
        #expect(PublishedAlert.merged([], now: .low) == PublishedAlert())
    }

    @Test("alerts whose rows differ merge into a row that differs from each of them")
    func fingerprints() {
        let alerts = [alert(.low, 3, 7), alert(.low, 3, 8)]
        let merged = PublishedAlert.merged(alerts, now: .low)
        #expect(merged.level == .low && merged.incident == 3)
        #expect(merged.fingerprint != 7 && merged.fingerprint != 8)
        #expect(PublishedAlert.merged([alerts[0], alerts[0]], now: .low) == alerts[0])
    }
}
