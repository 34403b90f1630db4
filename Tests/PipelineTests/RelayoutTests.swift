import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A changed input.keyed_by")
struct RelayoutTests {
    static let catalog = Scenario.catalog(warehouses: 40)

    /// Two products in two partitions, each with alerts in half of its 20 warehouses.
    static func stocked(
        _ keyedBy: PipelineSettings.KeyedBy, _ delivery: PipelineSettings.Delivery = .exactlyOnce
    ) throws -> Scenario {
        let scenario = Scenario(partitions: 2)
        scenario.settings.maxBatchEvents = 100
        scenario.settings.keyedBy = keyedBy
        scenario.settings.delivery = delivery
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

    static func stop(_ scenario: Scenario) -> WorkerStop? {
        let stop = #expect(throws: WorkerStop.self) {
            try scenario.run(scenario.start(catalog), steps: 2_000)
        }
        scenario.cluster.members = []
        return stop
    }

    static func other(_ keyedBy: PipelineSettings.KeyedBy) -> PipelineSettings.KeyedBy {
        keyedBy == .none ? .product : .none
    }

    /// Each record lies where its layout has it, and none is left of the other.
    static func checkPlaces(_ scenario: Scenario) {
        for (index, partition) in scenario.cluster.topics[.state]!.enumerated() {
            var standing: [StateRecord.Key: StateRecord] = [:]
            for record in partition.committedRecords {
                guard let key = record.key?.withUnsafeBytes({ StateRecord.Key($0) }) else { continue }
                standing[key] = CommitChecker.read(record)
            }
            for record in standing.values {
                if case .barrier(let barrier) = record {
                    #expect(barrier.setting("input.keyed_by") == scenario.settings.keyedBy.rawValue)
                }
                if scenario.settings.keyedBy == .none {
                    #expect(record.name.isOfCheckpoint || index == 0, "\(record.name) lies in \(index)")
                } else if case .alert(let pair, _) = record {
                    #expect(Int(pair.product.rawValue) - 1 == index)
                }
            }
        }
    }

    static func checkStock(_ scenario: Scenario, _ process: Simulation.Process) throws {
        let expected = Dictionary(uniqueKeysWithValues: (1...20).map { (Int32($0), Int64($0)) })
        #expect(try scenario.stock(process) == expected)
        #expect(try scenario.stock(process, product: 2) == expected)
    }

    @Test(
        "stops the worker and says the ways on; a rebuild is one, publishes what differs and moves the ledger",
        arguments: [PipelineSettings.KeyedBy.none, .product])
    func rebuild(_ keyedBy: PipelineSettings.KeyedBy) throws {
        let scenario = try Self.stocked(keyedBy)
        scenario.settings.keyedBy = Self.other(keyedBy)
        let stop = Self.stop(scenario)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.message.contains("input.keyed_by=\(keyedBy) became \(Self.other(keyedBy))") == true
                && stop?.message.contains("--rebuild") == true, "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.catalog)
        try scenario.run(second, steps: 400)
        #expect(scenario.alerts.count == 18, "nothing is published again")
        #expect(scenario.lines.lines.contains { $0.contains("rebuild: 40 pairs, 0 differed") })
        try Self.checkStock(scenario, second)
        Self.checkPlaces(scenario)
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

    @Test("publishes the difference when reference rows changed as well, and only that")
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

    @Test("is taken over from shards that are put together when it was accepted, with the ids they had seen")
    func accepted() throws {
        let scenario = try Self.stocked(.product)
        scenario.settings.checkpointIntervalMs = 1_000_000
        let more = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 5, warehouse: 1, id: 100)
        try scenario.run(more)
        scenario.kill(more)
        scenario.settings.keyedBy = .none
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 5, warehouse: 1, id: 100)
        scenario.send("SHIPPED", 5, warehouse: 1, id: 101)
        try scenario.run(second, steps: 300)
        try Self.checkStock(scenario, second)
        Self.checkPlaces(scenario)
        scenario.kill(second)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start(Self.catalog)
        scenario.send("SHIPPED", 5, warehouse: 1, id: 101)
        try scenario.run(third, steps: 300)
        try Self.checkStock(scenario, third)
    }

    @Test(
        "is taken over whole though the partitions went away and came back before it was written",
        arguments: [false, true])
    func homecoming(_ isRefused: Bool) throws {
        let scenario = try Self.stocked(.product)
        scenario.settings.checkpointIntervalMs = 1_000_000
        scenario.settings.keyedBy = .none
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start(Self.catalog)
        let commits = scenario.cluster.commits.count
        if isRefused {
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
        Self.checkPlaces(scenario)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start(Self.catalog)
        try scenario.run(third, steps: 300)
        try Self.checkStock(scenario, third)
        #expect(scenario.alerts.count == 18)
    }

    @Test("to product cannot be accepted, because nobody knows whose the stock is without the log")
    func notAcceptable() throws {
        let scenario = try Self.stocked(.none)
        scenario.settings.keyedBy = .product
        scenario.settings.acceptsConfigChange = true
        let stop = Self.stop(scenario)
        #expect(stop?.message.contains("only known from the log") == true, "\(stop?.message ?? "")")
        #expect(stop?.message.contains("--rebuild") == true)
    }

    @Test("from a ledger that an earlier release had spread")
    func earlierPlaces() throws {
        let scenario = Scenario(partitions: 2)
        scenario.cluster.spreadsLedger = true
        let first = scenario.start(Self.catalog)
        for warehouse in 1...20 { scenario.send("RECEIVED", 5, product: 2, warehouse: warehouse) }
        try scenario.run(first, steps: 300)
        scenario.kill(first)
        scenario.cluster.spreadsLedger = false
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.catalog)
        try scenario.run(second, steps: 400)
        #expect(scenario.alerts.count == 20)
        Self.checkPlaces(scenario)
    }

    @Test("of two entries of a pair takes the one that is not as it should be by rows that come from a topic")
    func contradiction() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        scenario.settings.referenceTopics = [.products: .init(name: "products")]
        let row = #"{"product_id":1,"product_name":"Lamp","category":"Home","reorder_threshold":10}"#
        _ = scenario.cluster.partition(.products, 0).append(
            SimRecord(offset: 0, key: Array("1".utf8), value: Array(row.utf8)))
        func send(_ id: Int, _ quantity: Int, to partition: Int) {
            scenario.sendRaw(
                #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"#
                    + #""quantity":\#(quantity),"event_time":1775000000}"#, to: partition)
        }
        let files = Catalog(products: Catalog.Products(), warehouses: Self.catalog.warehouses)
        let (one, other) = (scenario.start(files), scenario.start(files, slot: 1))
        try scenario.run(one, other, steps: 400)
        send(1, 6, to: 0)
        try scenario.run(one, other)
        send(2, 3, to: 1)
        try scenario.run(one, other)
        #expect(scenario.alerts == ["RAISED WARNING 6 1", "RAISED LOW 3 1"])
        scenario.kill(one)
        scenario.kill(other)
        scenario.settings.keyedBy = .none
        scenario.settings.rebuilds = true
        try scenario.run(scenario.start(files), steps: 600)
        #expect(scenario.alerts.last == "EASED WARNING 9 1", "what was last published is the other one")
    }

    @Test("is not rebuilt by a worker that has only part of the partitions, and it says what to do")
    func partOfThem() throws {
        let scenario = try Self.stocked(.none)
        scenario.settings.keyedBy = .product
        scenario.settings.rebuilds = true
        let (one, other) = (scenario.start(Self.catalog), scenario.start(Self.catalog, slot: 1))
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(one, other, steps: 2_000) }
        #expect(stop?.message.contains("start one daemon with workers: 1") == true, "\(stop?.message ?? "")")
    }

    @Test(
        "is written whole or not at all, whenever the worker dies",
        arguments: [PipelineSettings.KeyedBy.none, .product])
    func anyInstant(_ keyedBy: PipelineSettings.KeyedBy) throws {
        var (old, new) = (0, 0)
        for calls in stride(from: 5, through: 400, by: 3) {
            let scenario = try Self.stocked(keyedBy)
            scenario.settings.keyedBy = Self.other(keyedBy)
            scenario.settings.rebuilds = true
            let dying = scenario.start(Self.catalog)
            dying.log.callsToLive = calls
            do { try scenario.run(dying, steps: 600) } catch { #expect(dying.log.isDead) }
            scenario.kill(dying)
            scenario.cluster.advance(20_000)
            scenario.settings.rebuilds = false
            scenario.settings.acceptsConfigChange = false
            let isNew = scenario.cluster.commits.last?.records.contains { topic, record in
                guard topic == .state, case .barrier(let barrier) = CommitChecker.read(record) else {
                    return false
                }
                return barrier.setting("input.keyed_by") == Self.other(keyedBy).rawValue
            }
            if isNew == true { new += 1 } else { old += 1 }
            // The other layout would stop it with an error.
            scenario.settings.keyedBy = isNew == true ? Self.other(keyedBy) : keyedBy
            let next = scenario.start(Self.catalog)
            try scenario.run(next, steps: 600)
            try Self.checkStock(scenario, next)
            #expect(scenario.alerts.count == 18)
            Self.checkPlaces(scenario)
            scenario.kill(next)
        }
        #expect(old > 10 && new > 10, "\(old) and \(new)")
    }
}
