import Inventory
import Testing

@testable import Pipeline

@Suite("The history of the stock")
struct HistoryTests {
    /// An aggregate of one pair, and the history of its commits.
    private struct Ring: ~Copyable {
        var aggregate = Aggregate(inputs: 2, dedupeWindow: 0, catalog: Scenario.catalog())
        var writer: HistoryWriter
        private var offset: Int64 = 0

        init(limit: Int, checkpointsMs: [Int64?] = [nil, nil]) {
            writer = HistoryWriter(limit: limit, checkpointsMs: checkpointsMs)
        }

        mutating func commit(_ units: Int64, atMs timeMs: Int64?, warehouse: Int32 = 1, input: Int = 0) {
            offset += 1
            let event = OrderEvent(
                id: EventID(offset), pair: Pair(product: ProductID(1), warehouse: WarehouseID(warehouse)),
                units: units,
                time: Timestamp(microseconds: 0))
            let source = Source(partition: Partition(Int32(input)), offset: Offset(offset))
            #expect(aggregate.apply(event, input: input, source: source) == .applied)
            writer.note(timeMs)
            writer.append(aggregate)
            aggregate.commit()
        }

        var found: (begins: UInt32?, changes: [StockHistory.Change]) { writer.history.asOf.changes { _ in true } }
    }

    @Test("the first record of a partition that was quiet so far does not end the history of the others")
    func quietPartition() {
        var ring = Ring(limit: 100)
        ring.commit(5, atMs: 1_000_000)
        ring.commit(5, atMs: 90_000_000, input: 1)
        #expect(ring.found.begins == 1_000)
        var recovered = Ring(limit: 100, checkpointsMs: [2_000_000, nil])
        recovered.commit(5, atMs: 3_000_000)
        recovered.commit(5, atMs: 90_000_000, input: 1)
        #expect(recovered.found.begins == 2_000)
    }

    @Test("a change takes 16 bytes")
    func size() {
        #expect(MemoryLayout<StockHistory.Change>.stride == 16)
    }

    @Test("the ring keeps the newest changes in their order, and says from when on it is complete")
    func bound() {
        var ring = Ring(limit: 1_500)
        #expect(ring.found.begins == nil && ring.found.changes.isEmpty)
        for number in 0..<4_000 { ring.commit(1, atMs: 1_000 * Int64(10 + number)) }
        let (begins, changes) = ring.found
        #expect(changes.count == 1_500)
        // Each has the stock before it: the change at second 10 found no row, the next one a stock of 1.
        #expect(changes.map(\.before) == (2_500..<4_000).map { Int64($0) })
        #expect(changes.map(\.seconds) == (2_510..<4_010).map { UInt32($0) })
        #expect(begins == 2_509, "the time of the newest change that was dropped")
    }

    @Test("a reader finds the changes of the pairs that it asks for, as of its snapshot")
    func reading() {
        var ring = Ring(limit: 100)
        ring.commit(5, atMs: 1_000)
        ring.commit(-9, atMs: 2_000, warehouse: 2)
        let asOf = ring.writer.history.asOf
        ring.commit(-6, atMs: 3_000)
        #expect(asOf.changes { _ in true }.changes.map(\.before) == [nil, nil])
        #expect(asOf.changes { $0 == 1 }.changes.map(\.seconds) == [2])
        ring.commit(1, atMs: 4_000, warehouse: 2)
        #expect(ring.found.changes.map(\.before) == [nil, nil, 5, -9])
    }

    @Test("a rolled-back transaction leaves nothing")
    func rollback() {
        var ring = Ring(limit: 100)
        ring.commit(5, atMs: 1_000)
        let event = OrderEvent(
            id: EventID(99), pair: Pair(product: ProductID(1), warehouse: WarehouseID(1)), units: 7,
            time: Timestamp(microseconds: 0))
        _ = ring.aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(99)))
        ring.writer.note(2_000)
        ring.aggregate.rollback()
        ring.commit(-2, atMs: 3_000)
        #expect(ring.found.changes.map(\.before) == [nil, 5])
    }

    @Test("times never go back, and none is in the future")
    func clocks() {
        var ring = Ring(limit: 100)
        ring.commit(1, atMs: 50_000)
        ring.commit(1, atMs: 20_000)
        ring.commit(1, atMs: .max)
        ring.commit(1, atMs: nil)
        let times = ring.found.changes.map(\.seconds)
        #expect(Array(times[..<2]) == [50, 50])
        #expect(times[2] <= times[3] && Int64(times[3]) * 1_000_000 <= wallMicroseconds())
    }

    @Test("the history begins where every input partition was read, or with the checkpoint that was read before")
    func beginning() {
        var fresh = Ring(limit: 100)
        fresh.commit(1, atMs: 7_000)
        #expect(fresh.found.begins == 7)
        fresh.commit(1, atMs: 9_000, input: 1)
        #expect(fresh.found.begins == 7, "a partition without a checkpoint was read from its first record")
        var recovered = Ring(limit: 100, checkpointsMs: [90_000, 95_000])
        #expect(recovered.found.begins == 95)
        recovered.commit(1, atMs: 40_000)
        #expect(recovered.found.begins == 95, "the checkpoint may hold records of partition 1 of until then")
        recovered.commit(1, atMs: 60_000, input: 1)
        #expect(recovered.found.begins == 95, "a producer's clock that is behind proves nothing")
    }
}

@Suite("The history that a worker keeps")
struct WorkerHistoryTests {
    private func history(_ process: Simulation.Process) throws -> [String] {
        let stock = try #require(process.reader.store.snapshot().workers[0]?.shards.first)
        let (begins, changes) = try #require(stock.history).changes { _ in true }
        return ["begins \(begins.map { "\($0)" } ?? "-")"]
            + changes.map { "\($0.seconds): \($0.before.map { "\($0)" } ?? "-")" }
    }

    /// A scenario at second 1000 whose first checkpoint stands, and whose next one is far.
    private func scenario() throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 100_000_000
        scenario.cluster.nowMs = 1_000_000
        scenario.send("RECEIVED", 20)
        let process = scenario.start()
        try scenario.run(process)
        return (scenario, process)
    }

    private func send(_ scenario: Scenario, atSecond second: Int64, _ type: String, _ quantity: Int) {
        scenario.cluster.nowMs = max(second * 1_000, scenario.cluster.nowMs)
        scenario.send(type, quantity)
    }

    @Test("what a recovery reads again fills the history with its old times")
    func recovery() throws {
        let (scenario, first) = try scenario()
        #expect(try history(first) == ["begins 1000", "1000: -"])
        let checkpoint = try #require(
            scenario.cluster.partition(.state, 0).committedRecords.first { record in
                if case .checkpoint = CommitChecker.read(record) { true } else { false }
            }?.timestampMs)
        // All in one batch of the recovery.
        for (second, units) in [(2_000, 12), (2_600, 3), (2_700, 9)] {
            send(scenario, atSecond: Int64(second), "SHIPPED", units)
            try scenario.run(first)
        }
        let before = try history(first)
        #expect(before.suffix(3) == ["2000: 20", "2600: 8", "2700: 5"])
        scenario.kill(first)
        scenario.cluster.nowMs = 90_000_000
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: -4])
        #expect(try history(second) == ["begins \(checkpoint / 1_000)"] + before.suffix(3))
        #expect(scenario.cluster.violation == nil)
    }

    @Test("an aborted transaction leaves nothing in the history")
    func abort() throws {
        let (scenario, process) = try scenario()
        let before = try history(process)
        scenario.fail(.commitFailed, times: 1_000_000)
        send(scenario, atSecond: 2_000, "SHIPPED", 12)
        try scenario.run(process)
        #expect(process.telemetry.snapshot.aborted > 0)
        #expect(try history(process) == before)
        scenario.fail(.commitFailed, times: 0)
        try scenario.run(process)
        #expect(try history(process) == before + ["2000: 20"])
    }

    @Test("after an orderly end the history begins with the checkpoint, since nothing is read again")
    func orderlyEnd() throws {
        let (scenario, first) = try scenario()
        send(scenario, atSecond: 2_000, "SHIPPED", 12)
        try scenario.run(first)
        try scenario.finish(first)
        let endMs = scenario.cluster.nowMs
        let second = scenario.start()
        try scenario.run(second)
        #expect(try history(second).count == 1)
        scenario.cluster.nowMs = endMs + 5_000_000
        send(scenario, atSecond: 9_000, "SHIPPED", 1)
        try scenario.run(second)
        let found = try history(second)
        let begins = try #require(Int64(found[0].dropFirst(7)))
        #expect((2_000...endMs / 1_000).contains(begins))
        #expect(found.dropFirst() == ["9000: 8"])
    }

    @Test("partitions that leave take their history with them, and those that come are filled by their recovery")
    func rebalance() throws {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = .product
        scenario.settings.checkpointIntervalMs = 100_000_000
        scenario.settings.historyChanges = 9
        let (one, two) = (scenario.start(), scenario.start(slot: 1))
        scenario.cluster.nowMs = 1_000_000
        try scenario.run(one, two)
        for number in 1...6 {
            scenario.send("RECEIVED", number, product: 1)
            scenario.send("RECEIVED", number, product: 2)
            try scenario.run(one, two, steps: 40)
        }
        func shards(_ process: Simulation.Process) -> [WorkerSnapshot.Shard] {
            process.reader.store.snapshot().workers[0]?.shards ?? []
        }
        let kept = try [one, two].map { process in
            let shard = try #require(shards(process).first)
            #expect(shards(process).count == 1)
            return try #require(shard.history).changes { _ in true }.changes.map(\.before)
        }
        #expect(kept == [[3, 6, 10, 15], [3, 6, 10, 15]])
        scenario.kill(two)
        try scenario.run(one, steps: 2_000)
        let after = try shards(one).map { try #require($0.history).changes { _ in true }.changes.map(\.before) }
        #expect(after == [[3, 6, 10, 15], [3, 6, 10, 15]])
    }

    @Test("history.changes: 0 keeps none")
    func off() throws {
        let scenario = Scenario()
        scenario.settings.historyChanges = 0
        scenario.send("RECEIVED", 20)
        let process = scenario.start()
        try scenario.run(process)
        let shard = try #require(process.reader.store.snapshot().workers[0]?.shards.first)
        #expect(shard.pairs == 1 && shard.history == nil)
    }
}
