import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A rebuild")
struct RebuildTests {
    private static let catalog = Scenario.catalog(warehouses: 40)

    private func stocked(_ warehouses: Int) throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Self.catalog)
        for warehouse in 1...warehouses { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        return scenario
    }

    private func rebuild(_ scenario: Scenario, acceptsDataLoss: Bool = false) throws -> Simulation.Process {
        scenario.settings.rebuilds = true
        scenario.settings.acceptsDataLoss = acceptsDataLoss
        let process = scenario.start(Self.catalog)
        try scenario.run(process)
        return process
    }

    @Test("with data loss leaves nothing behind that a later recovery would take for stock")
    func leftovers() throws {
        let scenario = try stocked(40)
        scenario.cluster.partition(.input, 0).trim(to: 38)
        let process = try rebuild(scenario, acceptsDataLoss: true)
        #expect(try scenario.stock(process) == [39: 39, 40: 40])
        scenario.kill(process)
        scenario.settings.rebuilds = false
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start(Self.catalog)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [39: 39, 40: 40])
        let cells = scenario.stored.reduce(0) { count, record in
            if case .cells(_, let cells, _) = record { count + cells.count { $0.events > 0 } } else { count }
        }
        #expect(cells == 2, "and no bucket of the larger table is left")
    }

    @Test("with data loss forgets the ids of the events that are gone")
    func leftoverIDs() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        scenario.send("RECEIVED", 1, id: 4)
        scenario.send("RECEIVED", 1, id: 5_000)
        try scenario.run(process)
        scenario.kill(process)
        scenario.cluster.partition(.input, 0).trim(to: 1)
        let second = try rebuild(scenario, acceptsDataLoss: true)
        scenario.kill(second)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        scenario.send("RECEIVED", 1, id: 4)
        scenario.send("RECEIVED", 1, id: 5_000)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 2], "4 counts again, 5,000 does not")
    }

    @Test("says that nothing differed when nothing did")
    func clean() throws {
        let scenario = try stocked(3)
        _ = try rebuild(scenario)
        #expect(scenario.lines.lines.contains { $0.contains("rebuild: 3 pairs, 0 differed") })
        #expect(!scenario.lines.lines.contains { $0.contains("differed from the log") })
    }

    @Test("names every pair that differed with what it was and what it is")
    func audit() throws {
        let scenario = try stocked(3)
        let time = Timestamp(microseconds: 1_774_828_801_000_000)
        func image(_ warehouse: Int32, _ stock: Int64, _ second: Int64 = 0) -> CellImage {
            CellImage(
                pair: Pair(product: ProductID(1), warehouse: WarehouseID(warehouse)), stock: stock,
                lastUpdated: Timestamp(microseconds: time.microseconds + second * 1_000_000), events: 1)
        }
        // Warehouse 1 as it should be, 2 with wrong stock, 9 out of nowhere instead of 3.
        scenario.store(.cells(bucket: 0, [image(1, 1), image(2, 7, 1), image(9, 3)]))
        let process = try rebuild(scenario)
        let said = scenario.lines.lines.filter { $0.contains("differed from the log") }
        #expect(said.count == 3, "\(said)")
        #expect(said.contains { $0.contains("warehouse_id=2") && $0.contains("stock=7 → 2") })
        #expect(said.contains { $0.contains("warehouse_id=9") && $0.contains("stock=3 → none") })
        #expect(
            said.contains {
                $0.contains("warehouse_id=3") && $0.contains("stock=none → 3")
                    && $0.contains("events=none → 1")
                    && $0.contains("last_updated=none → 2026-03-30T00:00:03Z")
            })
        #expect(scenario.lines.lines.contains { $0.contains("rebuild: 4 pairs, 3 differed") })
        #expect(try scenario.stock(process) == [1: 1, 2: 2, 3: 3])
    }

    @Test("is not done again for partitions that leave and come back once it is checkpointed")
    func once() throws {
        let scenario = try stocked(3)
        let process = try rebuild(scenario)
        func rebuilds() -> Int { scenario.lines.lines.count { $0.contains("rebuild: 3 pairs") } }
        #expect(rebuilds() == 1)
        scenario.cluster.startRebalance()
        try scenario.run(process)
        // A fencing, after which everything is read anew.
        scenario.send("RECEIVED", 10, warehouse: 1)
        scenario.fail(.indefiniteThenAborted)
        try scenario.run(process)
        #expect(process.telemetry.snapshot.recoveries == 3)
        #expect(rebuilds() == 1)
        #expect(try scenario.stock(process) == [1: 11, 2: 2, 3: 3])
    }

    @Test("is begun again as long as its checkpoint has not committed")
    func untilCheckpointed() throws {
        let scenario = try stocked(3)
        scenario.settings.rebuilds = true
        let process = scenario.start(Self.catalog)
        scenario.fail(.indefiniteThenAborted)
        try scenario.run(process)
        #expect(scenario.lines.lines.count { $0.contains("rebuild: 3 pairs") } == 2)
        #expect(try scenario.stock(process) == [1: 1, 2: 2, 3: 3])
    }

    @Test("is the way past a log that was made anew")
    func recreatedLog() throws {
        let scenario = try stocked(3)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.send("RECEIVED", 5, warehouse: 2)
        scenario.settings.rebuilds = false
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start(Self.catalog)) }
        #expect(stop?.kind == .data)
        #expect(stop?.message.contains("--rebuild") == true)
        scenario.cluster.members = []
        let process = try rebuild(scenario)
        #expect(try scenario.stock(process) == [2: 5])
    }

    @Test(
        "is not needed to keep the stock where the log was cut short: accepting the loss goes on from its end"
    )
    func shortenedLog() throws {
        let scenario = try stocked(3)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.settings.acceptsDataLoss = true
        let process = scenario.start(Self.catalog)
        scenario.send("RECEIVED", 5, warehouse: 2)
        try scenario.run(process)
        scenario.kill(process)
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start(Self.catalog)
        try scenario.run(third)
        #expect(try scenario.stock(third)[1] == 1)
    }
}

@Suite("The stored state")
struct StoredStateTests {
    private func stocked(_ warehouses: Int) throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        for warehouse in 1...warehouses { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        return scenario
    }

    @Test("with a bucket cut between two cells is noticed", arguments: [33, 40])
    func cutBucket(_ warehouses: Int) throws {
        let scenario = try stocked(warehouses)
        let bucket = scenario.stored.compactMap { record in
            if case .cells(0, let cells, _) = record { cells } else { nil }
        }
        scenario.store(.cells(bucket: 0, Array(try #require(bucket.first).dropLast())))
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.message.contains("1 of their 2 buckets are there whole") == true, "\(stop?.message ?? "")")
    }

    @Test("of another layout is not taken over, whatever was accepted")
    func layout() throws {
        let scenario = try stocked(3)
        scenario.settings.keyedBy = .product
        scenario.settings.acceptsConfigChange = true
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(
            stop?.message.contains("input.keyed_by=none became product") == true, "\(stop?.message ?? "")")
    }

    @Test("of changed rules stops the worker and says which, until the change is accepted")
    func changedRules() throws {
        let scenario = try stocked(3)
        scenario.settings.eventTypes["DAMAGED"] = -1
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        for word in ["events.types", "DAMAGED:-1", "--rebuild", "--accept-config-change"] {
            #expect(stop?.message.contains(word) == true)
        }
        scenario.cluster.members = []
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        scenario.send("DAMAGED", 2, warehouse: 3)
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 1, 2: 2, 3: 1])
        scenario.kill(second)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 1, 2: 2, 3: 1], "accepted once, it needs no such word")
    }

    @Test("of another group stops the worker, until it is said that the group was renamed")
    func otherGroup() throws {
        let scenario = try stocked(3)
        scenario.settings.groupID = "staging"
        // As another group's are.
        scenario.cluster.groupOffsets = [:]
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        for word in ["group stockd,", "kafka.group_id is staging", "--accept-config-change"] {
            #expect(stop?.message.contains(word) == true, "\(stop?.message ?? "")")
        }
        scenario.cluster.members = []
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        scenario.send("RECEIVED", 4, warehouse: 3)
        try scenario.run(second)
        scenario.kill(second)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 1, 2: 2, 3: 7])
    }

    @Test("says of a setting that it had its default before")
    func changedDefault() throws {
        let scenario = try stocked(1)
        scenario.settings.appliesTruncate = true
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(
            stop?.message.contains("input.on_truncate=(default) became apply") == true,
            "\(stop?.message ?? "")")
    }

    @Test("in a topic whose partition count was changed is not read as if it were whole")
    func grownStateTopic() throws {
        let scenario = try stocked(40)
        scenario.cluster.topics[.state]?.append(SimPartition())
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.message.contains("partition count was changed") == true, "\(stop?.message ?? "")")
    }

    @Test("is taken over with a smaller dedupe window, whose ring has other places")
    func smallerWindow() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        scenario.settings.dedupeWindow = 100_000
        let process = scenario.start()
        for id in stride(from: Int64(1), through: 60_000, by: 4_096) { scenario.send("RECEIVED", 1, id: id) }
        try scenario.run(process)
        scenario.kill(process)
        scenario.settings.dedupeWindow = 4_096
        scenario.settings.acceptsConfigChange = true
        let second = scenario.start()
        scenario.send("RECEIVED", 1, id: 57_345)
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 15], "the newest id is still known")
    }

    @Test("goes on when what is lost lies behind it and that was accepted")
    func lostBehind() throws {
        let scenario = try stocked(3)
        for _ in 0..<4 { scenario.send("RECEIVED", 100, warehouse: 1) }
        scenario.cluster.partition(.input, 0).trim(to: 5)
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .data)
        scenario.cluster.members = []
        scenario.settings.acceptsDataLoss = true
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 201, 2: 2, 3: 3])
        #expect(scenario.lines.lines.contains { $0.contains("missing_offsets=2") })
        scenario.kill(second)
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 201, 2: 2, 3: 3])
    }
}
