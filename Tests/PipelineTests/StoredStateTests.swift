import Inventory
import Testing
import Wire

@testable import Pipeline

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

    @Test("a stored bucket that lacks a stock entry is noticed", arguments: [33, 40])
    func cutBucket(_ warehouses: Int) throws {
        let scenario = try stocked(warehouses)
        let bucket = scenario.stored.compactMap { record in
            if case .entries(0, let entries) = record { entries } else { nil }
        }
        scenario.store(.entries(bucket: 0, Array(try #require(bucket.first).dropLast())))
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts \(warehouses) stock entries, but the topic holds \(warehouses - 1)") == true,
            "\(stop?.message ?? "")")
    }

    @Test("a missing bucket of stock entries is noticed")
    func lostBucket() throws {
        let scenario = try stocked(40)
        #expect(scenario.deleteState { $0 == .entries(bucket: 1) } == 1)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts 40 stock entries, but the topic holds 32") == true, "\(stop?.message ?? "")")
    }

    @Test("missing remembered event ids are noticed, and a rebuild brings them back")
    func lostIDs() throws {
        let scenario = try stocked(3)
        let count = scenario.deleteState { if case .ids = $0 { true } else { false } }
        #expect(count == 1)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("some of the remembered event ids of partition 0", "--rebuild") == true,
            "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        scenario.send("RECEIVED", 7, warehouse: 2, id: 3)
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 1, 2: 2, 3: 3], "3 is a duplicate")
    }

    @Test("a missing published alert is noticed")
    func lostAlert() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 3))
        for warehouse in 1...3 { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process)
        scenario.kill(process)
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(2))
        #expect(scenario.deleteState { $0 == .alert(pair) } == 1)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts 3 published alerts, but the topic holds 2") == true, "\(stop?.message ?? "")")
    }

    @Test("the state may hold more published alerts than its checkpoint names, from commits after it")
    func newerAlerts() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(process)
        for warehouse in 1...3 { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process)
        scenario.kill(process)
        let second = scenario.start(Scenario.catalog(warehouses: 3))
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 1, 2: 2, 3: 3])
        #expect(scenario.alerts.count == 3)
    }

    @Test("stored state without its checkpoint record is not taken for a first start")
    func lostCheckpoint() throws {
        let scenario = try stocked(3)
        #expect(scenario.deleteState { $0 == .checkpoint(Partition(0)) } == 1)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("holds no state for it", "--rebuild") == true, "\(stop?.message ?? "")")
    }

    @Test(
        "state of another input.keyed_by or input.topic is not taken over, whatever was accepted",
        arguments: ["input.keyed_by=none became product", "input.topic=order-events became orders-2"])
    func otherInput(_ change: String) throws {
        let scenario = try stocked(3)
        if change.contains("topic") {
            scenario.settings.inputTopic = "orders-2"
        } else {
            scenario.settings.keyedBy = .product
        }
        scenario.settings.acceptsConfigChange = true
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says(change, "--rebuild") == true, "\(stop?.message ?? "")")
        #expect(stop?.says("--accept-config-change") == false, "\(stop?.message ?? "")")
    }

    @Test("state of another input.format asks for a rebuild, whatever was accepted")
    func otherFormat() throws {
        let scenario = try stocked(3)
        scenario.settings.inputFormat.envelope = .debezium
        scenario.settings.acceptsConfigChange = true
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("input.format=", "became debezium", "--rebuild") == true, "\(stop?.message ?? "")")
        #expect(stop?.says("--accept-config-change") == false, "\(stop?.message ?? "")")
    }

    @Test("changed rules stop the worker, which names them, until the change is accepted")
    func changedRules() throws {
        let scenario = try stocked(3)
        scenario.settings.eventTypes["DAMAGED"] = -1
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        for word in ["events.types", "DAMAGED:-1", "--rebuild", "--accept-config-change"] {
            #expect(stop?.says(word) == true)
        }
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

    @Test("changed rules are not accepted where events behind the checkpoint would be counted by them")
    func acceptedRules() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        scenario.send("RETURNED", 5)
        try scenario.run(first)
        scenario.kill(first)
        let old = scenario.settings.eventTypes
        let new = ["RECEIVED": 1, "RETURNED": 0, "SHIPPED": -1]
        scenario.settings.acceptsConfigChange = true
        scenario.settings.eventTypes = new
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("1 offsets of order-events[0]", "with SIGTERM") == true, "\(stop?.message ?? "")"
        )

        scenario.settings.eventTypes = old
        let second = scenario.start()
        try scenario.run(second)
        try scenario.finish(second)
        scenario.settings.eventTypes = new
        let third = scenario.start()
        scenario.send("RETURNED", 5)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 25])
    }

    @Test("state of another group stops the worker, until the rename of the group is accepted")
    func otherGroup() throws {
        let scenario = try stocked(3)
        scenario.settings.groupID = "staging"
        // The other group has committed no offsets.
        scenario.cluster.groupOffsets = [:]
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        for word in ["group stockd,", "kafka.group_id is staging", "--accept-config-change"] {
            #expect(stop?.says(word) == true, "\(stop?.message ?? "")")
        }
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

    @Test("the error says of a changed setting that it had its default before")
    func changedDefault() throws {
        let scenario = try stocked(1)
        scenario.settings.onTruncate = .apply
        let stop = scenario.stop()
        #expect(
            stop?.says("input.on_truncate=(default) became apply") == true,
            "\(stop?.message ?? "")")
    }

    @Test("a state topic whose partition count was changed is not read as if it were whole")
    func grownStateTopic() throws {
        let scenario = try stocked(40)
        scenario.cluster.topics[.state]?.append(SimPartition())
        let stop = scenario.stop()
        #expect(stop?.says("partition count was changed") == true, "\(stop?.message ?? "")")
    }

    @Test("state is taken over with another events.dedupe_window, and no id within the window is lost")
    func otherWindow() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        scenario.settings.acceptsConfigChange = true
        func play(window: Int, _ ids: [Int64]) throws -> [Int32: Int64] {
            scenario.settings.dedupeWindow = window
            let process = scenario.start()
            for id in ids { scenario.send("RECEIVED", 1, id: id) }
            try scenario.run(process)
            defer { scenario.kill(process) }
            return try scenario.stock(process)
        }
        let far: Int64 = 1 << 61
        #expect(try play(window: 4, [1, far, 5_000, 2, 3]) == [1: 5])
        #expect(try play(window: 100, [1, far, 5_000, 2, 3]) == [1: 5], "all of them are duplicates")
        #expect(try play(window: 2, [1, far, 5_000, 2, 3]) == [1: 5], "and all of them still are")
        // Four new ids with a window of two: the earlier ones are forgotten.
        #expect(try play(window: 2, [11, 12, 13, 14]) == [1: 9])
        #expect(try play(window: 2, [13, 14, 1]) == [1: 10])
        #expect(try play(window: 0, [14]) == [1: 11])
    }

    @Test("a worker goes on from its stored state once a loss of events behind it was accepted")
    func lostBehind() throws {
        let scenario = try stocked(3)
        for _ in 0..<4 { scenario.send("RECEIVED", 100, warehouse: 1) }
        scenario.cluster.partition(.input, 0).trim(to: 5)
        let stop = scenario.stop()
        #expect(stop?.kind == .data)
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
