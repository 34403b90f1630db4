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

    @Test("a rebuild with data loss leaves nothing behind that a later recovery would take for stock")
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
        let entries = scenario.stored.reduce(0) { count, record in
            if case .entries(_, let entries) = record {
                count + entries.count { $0.events > 0 }
            } else {
                count
            }
        }
        #expect(entries == 2, "and no bucket of the larger table is left")
    }

    @Test("a rebuild with data loss forgets the ids of the events that are gone")
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

    @Test("a rebuild says that nothing differed when nothing did")
    func clean() throws {
        let scenario = try stocked(3)
        _ = try rebuild(scenario)
        #expect(scenario.lines.lines.contains { $0.contains("differed=0 logged=0 pairs=3 ") })
        #expect(!scenario.lines.lines.contains { $0.contains("differed from the log") })
    }

    @Test("a rebuild names every pair that differed, with what it was and what it is")
    func audit() throws {
        let scenario = try stocked(3)
        let time = Timestamp(microseconds: 1_774_828_801_000_000)
        func image(_ warehouse: Int32, _ stock: Int64, _ second: Int64 = 0) -> StoredEntry {
            StoredEntry(
                pair: Pair(product: ProductID(1), warehouse: WarehouseID(warehouse)), stock: stock,
                lastUpdated: Timestamp(microseconds: time.microseconds + second * 1_000_000), events: 1)
        }
        // Warehouse 1 is right, 2 has the wrong stock, and 9 stands instead of 3.
        scenario.store(.entries(bucket: 0, [image(1, 1), image(2, 7, 1), image(9, 3)]))
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
        #expect(scenario.lines.lines.contains { $0.contains("differed=3 logged=3 pairs=4 ") })
        #expect(try scenario.stock(process) == [1: 1, 2: 2, 3: 3])
    }

    @Test("a committed rebuild is not repeated for partitions that leave and come back")
    func once() throws {
        let scenario = try stocked(3)
        let process = try rebuild(scenario)
        func rebuilds() -> Int { scenario.lines.lines.count { $0.contains("pairs=3 partitions=") } }
        #expect(rebuilds() == 1)
        scenario.cluster.startRebalance()
        try scenario.run(process)
        // A fencing, after which everything is read again.
        scenario.send("RECEIVED", 10, warehouse: 1)
        scenario.fail(.unknownThenAborted)
        try scenario.run(process)
        #expect(process.telemetry.snapshot.recoveries == 3)
        #expect(rebuilds() == 1)
        #expect(try scenario.stock(process) == [1: 11, 2: 2, 3: 3])
    }

    @Test("a rebuild is begun again as long as it has not committed")
    func untilCommitted() throws {
        let scenario = try stocked(3)
        scenario.settings.rebuilds = true
        let process = scenario.start(Self.catalog)
        scenario.fail(.unknownThenAborted)
        try scenario.run(process)
        #expect(scenario.lines.lines.count { $0.contains("pairs=3 partitions=") } == 2)
        #expect(try scenario.stock(process) == [1: 1, 2: 2, 3: 3])
    }

    @Test("a rebuild counts a recreated log, at which a plain start stops")
    func recreatedLog() throws {
        let scenario = try stocked(3)
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.send("RECEIVED", 5, warehouse: 2)
        scenario.settings.rebuilds = false
        let stop = scenario.stop(Self.catalog)
        #expect(stop?.kind == .data)
        #expect(stop?.says("--rebuild") == true, "\(stop?.message ?? "")")
        let process = try rebuild(scenario)
        #expect(try scenario.stock(process) == [2: 5])
    }

    @Test(
        "accepting the loss of the log's end keeps the stock without a rebuild"
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

    @Test("a rebuild recomputes the same stock and publishes nothing twice")
    func nothingTwice() throws {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("SHIPPED", 12)
        try scenario.run(process)
        scenario.kill(process)
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        scenario.send("SHIPPED", 5)
        try scenario.run(second)
        #expect(scenario.alerts.last == "ESCALATED LOW 3 1")
        #expect(scenario.alerts.filter { $0.hasPrefix("RAISED") }.count == 1)
    }

    @Test("a rebuild sends no dead letter again, not even for events that only the new settings reject")
    func deadLetters() throws {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.sendRaw("{not an event")
        scenario.send("LOST", 5)
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.kill(process)
        #expect(scenario.deadLetters == 1)
        scenario.settings.unknownType = .deadLetter
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(scenario.deadLetters == 1)
        scenario.send("LOST", 5)
        try scenario.run(second)
        #expect(scenario.deadLetters == 2, "but for those that come after it")
        #expect(try scenario.stock(second) == [1: 20])
    }
}
