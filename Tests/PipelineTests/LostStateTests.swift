import Inventory
import Logging
import Testing
import Wire

@testable import Pipeline

@Suite("A state topic that was deleted and made anew under a running worker")
struct LostStateTests {
    private func restart(_ scenario: Scenario, _ process: Simulation.Process) throws -> WorkerStop? {
        try scenario.run(process)
        scenario.kill(process)
        return #expect(throws: WorkerStop.self) {
            try scenario.run(scenario.start(Scenario.catalog(warehouses: 40)))
        }
    }

    @Test("is noticed by the alerts that are missing, though every cell was written since")
    func ledger() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for warehouse in 1...40 { scenario.send("RECEIVED", 5, warehouse: warehouse) }
        try scenario.run(process)
        scenario.cluster.topics[.state] = [SimPartition()]
        for warehouse in [1, 40] { scenario.send("RECEIVED", 100, warehouse: warehouse) }
        let stop = try restart(scenario, process)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.message.contains("names 40 published alerts, and 2 are there") == true,
            "\(stop?.message ?? "")")
    }

    @Test("may hold what somebody else deleted, under keys that begin like stockd's")
    func foreignTombstones() throws {
        let scenario = Scenario()
        for kind in ["B", "F", "I", "N", "P", "S"] {
            let key = Array(kind.utf8) + Array(repeating: 0xFF, count: kind == "F" ? 5 : 8)
            scenario.cluster.partition(.state, 0).append(SimRecord(offset: 0, key: key, value: nil))
            scenario.cluster.partition(.state, 0)
                .append(SimRecord(offset: 0, key: Array(key.prefix(5)), value: nil))
        }
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 20])
    }

    @Test("is noticed by the event ids that are missing")
    func chunks() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for id in [1, 5_000, 9_000] as [Int64] { scenario.send("RECEIVED", 50, id: id) }
        try scenario.run(process)
        scenario.cluster.topics[.state] = [SimPartition()]
        scenario.send("RECEIVED", 50, id: 9_001)
        let stop = try restart(scenario, process)
        #expect(stop?.kind == .configuration)
        #expect(stop?.message.contains("names 3 chunks of event ids") == true, "\(stop?.message ?? "")")
    }

    @Test("is not suspected where the ring of event ids has changed its size, and none of them is lost")
    func otherRing() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        scenario.settings.acceptsConfigChange = true
        func play(window: UInt64, _ ids: [Int64]) throws -> [Int32: Int64] {
            scenario.settings.dedupeWindow = window
            let process = scenario.start()
            for id in ids { scenario.send("RECEIVED", 1, id: id) }
            try scenario.run(process)
            defer { scenario.kill(process) }
            return try scenario.stock(process)
        }
        #expect(try play(window: 4_096, [3 * 4_096 + 100, 4 * 4_096, 5 * 4_096]) == [1: 3])
        // In the larger ring the first chunk's old place is that of this one.
        #expect(try play(window: 100_000, [26 * 4_096]) == [1: 4])
        #expect(try play(window: 100_000, [3 * 4_096 + 100]) == [1: 4], "a duplicate")
    }

    @Test("that is said to be missing once is asked for again, and believed to be after 30 s")
    func unknownTopic() throws {
        let scenario = Scenario()
        let state = scenario.cluster.topics[.state]
        scenario.send("RECEIVED", 5)
        scenario.cluster.topics[.state] = nil
        let process = scenario.start()
        try scenario.run(process, steps: 8)
        scenario.cluster.topics[.state] = state
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 5])
        scenario.kill(process)
        scenario.cluster.topics[.state] = nil
        let before = scenario.cluster.nowMs
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.message.contains("does not exist") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.nowMs - before >= 30_000)
    }
}

@Suite("The audit of a rebuild")
struct RebuildAuditTests {
    @Test("logs the first 1,000 pairs that differ, and how many there are")
    func limit() {
        var stored = Aggregate(lanes: 1, dedupeWindow: 0, catalog: Catalog())
        for bucket in 0..<UInt32(40) {
            let cells = (0..<Int32(Aggregate.cellsPerBucket)).map { warehouse in
                CellImage(
                    pair: Pair(product: ProductID(Int32(bucket)), warehouse: WarehouseID(warehouse)),
                    stock: 1,
                    lastUpdated: Timestamp(microseconds: 0), events: 1)
            }
            stored.restore(bucket: bucket, cells: cells)
        }
        stored.finishRestoringCells()
        let lines = LineLog()
        let shard = Shard(
            aggregate: Aggregate(lanes: 1, dedupeWindow: 0, catalog: Catalog()), lanes: [])
        RebuildAudit(stored).report(
            [shard], Telemetry(logger: Logger(label: "audit", factory: { _ in lines })))
        #expect(lines.lines.count == 1_001)
        #expect(lines.lines.last?.hasPrefix("rebuild: 1280 pairs, 1280 differed; the first 1000") == true)
    }
}
