import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("State that an earlier release spread over all state partitions")
struct EarlierPlacementTests {
    /// Alerts of 12 warehouses, written as earlier releases did.
    private func stocked() throws -> Scenario {
        let scenario = Scenario(partitions: 3)
        scenario.settings.outputs.stockLevels = true
        scenario.settings.outputs.rollup = true
        scenario.cluster.spreadsLedger = true
        let process = scenario.start(Self.catalog)
        for warehouse in 1...12 { scenario.send("RECEIVED", 5, warehouse: warehouse) }
        scenario.send("RECEIVED", 20, product: 2)
        try scenario.run(process, steps: 300)
        scenario.kill(process)
        scenario.cluster.spreadsLedger = false
        let places = scenario.places { if case .alert = $0 { true } else { false } }
        #expect(Set(places).count == 3, "they lie everywhere")
        return scenario
    }

    private static let catalog = Scenario.catalog(warehouses: 12)

    @Test("is recovered, and what is written from then on lies in one partition")
    func recovered() throws {
        let scenario = try stocked()
        let before = scenario.cluster.topics[.state]!.map(\.end)
        let process = scenario.start(Self.catalog)
        try scenario.run(process)
        #expect(scenario.alerts.count == 12, "nothing is published again")
        for warehouse in 1...6 { scenario.send("RECEIVED", 100, warehouse: warehouse) }
        try scenario.run(process)
        #expect(scenario.alerts.count { $0 == "RESOLVED - 105 1" } == 6)
        scenario.kill(process)
        for (partition, end) in zip(scenario.cluster.topics[.state]!, before).dropFirst() {
            for record in partition.read(from: end, below: .max, max: .max).records {
                #expect(CommitChecker.read(record)?.name.isOfCheckpoint == true)
            }
        }
        let third = scenario.start(Self.catalog)
        for warehouse in 1...12 { scenario.send("SHIPPED", 3, warehouse: warehouse) }
        try scenario.run(third)
        #expect(scenario.alerts.count == 24, "the newer entries of six count, the older ones of the others")
        #expect(scenario.alerts.count { $0 == "ESCALATED CRITICAL 2 1" } == 6)
    }

    @Test("counts only where nothing of its name lies in the new place, whichever is read first")
    func newerWins() {
        let pairs = (1...3).map { Pair(product: ProductID(1), warehouse: WarehouseID($0)) }
        func entry(_ incident: UInt32) -> LedgerEntry {
            LedgerEntry(severity: .low, incident: incident, since: Timestamp(microseconds: 0), fingerprint: 0)
        }
        var (ledger, earlier) = (StoredLedger(), StoredLedger())
        for (index, pair) in pairs.enumerated() { earlier.take(.alert(pair, entry(UInt32(index) + 1))) }
        ledger.take(.alert(pairs[0], entry(9)))
        ledger.take(.alert(pairs[1], entry(8)))
        ledger.remove(.alert(pairs[1]))
        ledger.fillGaps(from: earlier)
        #expect(ledger.alerts == [pairs[0]: entry(9), pairs[2]: entry(3)], "a tombstone counts as well")
    }

    @Test("does not come back when what replaced it is deleted and the tombstone is compacted away")
    func deletedForGood() throws {
        let scenario = try stocked()
        // The input is made anew with two partitions: the third's position goes.
        scenario.cluster.topics[.input]?.removeLast()
        scenario.settings.rebuilds = true
        let process = scenario.start(Self.catalog)
        try scenario.run(process)
        let tombstones = scenario.cluster.topics[.state]!.flatMap(\.committedRecords).filter {
            $0.value == nil
        }
        let name = StateRecord.Name.position(Partition(2))
        #expect(tombstones.count { $0.key?.withUnsafeBytes { StateRecord.Key($0)?.name } == name } == 2)
    }

    @Test("in a topic with more partitions than before is noticed all the same")
    func grown() throws {
        let scenario = try stocked()
        scenario.cluster.topics[.state]?.append(SimPartition())
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start(Self.catalog)) }
        #expect(stop?.message.contains("partition count was changed") == true, "\(stop?.message ?? "")")
    }
}
