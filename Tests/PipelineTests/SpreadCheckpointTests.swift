import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A checkpoint over several transactions")
struct SpreadCheckpointTests {
    private static let catalog = Scenario.catalog(warehouses: 70)

    /// A worker with three buckets of cells in a checkpoint that has begun, a record a transaction.
    private func begun(
        _ delivery: PipelineSettings.Delivery = .exactlyOnce
    ) throws -> (Scenario, Simulation.Process) {
        let scenario = Scenario()
        scenario.settings.delivery = delivery
        scenario.settings.checkpointIntervalMs = 1_000
        scenario.settings.checkpointSliceBytes = 1
        let process = scenario.start(Self.catalog)
        for warehouse in 1...70 { scenario.send("RECEIVED", warehouse, warehouse: warehouse) }
        try scenario.run(process, steps: 100)
        for warehouse in [1, 40, 70] { scenario.send("SHIPPED", 1, warehouse: warehouse) }
        try scenario.run(process, steps: 4)
        scenario.cluster.advance(1_000)
        for _ in 0..<200 where !process.worker.isCheckpointUnderWay { try scenario.run(process, steps: 1) }
        #expect(process.worker.isCheckpointUnderWay)
        return (scenario, process)
    }

    private static let stock = Dictionary(
        uniqueKeysWithValues: (1...70).map { (Int32($0), Int64([1, 40, 70].contains($0) ? $0 - 1 : $0)) })

    @Test(
        "counts for nothing when its worker is killed between two of them",
        arguments: [PipelineSettings.Delivery.exactlyOnce, .atLeastOnce], [0, 1, 2])
    func killed(_ delivery: PipelineSettings.Delivery, _ more: Int) throws {
        let (scenario, process) = try begun(delivery)
        scenario.send("SHIPPED", 5, warehouse: 70)
        try scenario.run(process, steps: more)
        scenario.kill(process)
        var expected = Self.stock
        expected[70] = 64
        // Twice, so that what was left over had its chance to be taken for part of a later one.
        for _ in 0..<2 {
            let next = scenario.start(Self.catalog)
            try scenario.run(next, steps: 400)
            #expect(try scenario.stock(next) == expected)
            scenario.kill(next)
        }
        #expect(scenario.cluster.violation == nil)
    }

    @Test("holds what there was when it began, whatever changed meanwhile")
    func instant() throws {
        let (scenario, process) = try begun()
        // The last bucket first, which is written last.
        for warehouse in (1...70).reversed() { scenario.send("RECEIVED", 100, warehouse: warehouse) }
        for _ in 0..<400 where process.worker.isCheckpointUnderWay { try scenario.run(process, steps: 1) }
        let barriers = scenario.stored.compactMap { record in
            if case .barrier(let barrier) = record { barrier } else { nil }
        }
        let newest = try #require(barriers.max { $0.stamp.generation < $1.stamp.generation })
        let whole = newest.stamp.generation
        var cells: [UInt32: (UInt64, [CellImage])] = [:]
        for case .cells(let bucket, let images, let stamp) in scenario.stored
        where stamp.generation <= whole && stamp.generation >= cells[bucket]?.0 ?? 0 {
            cells[bucket] = (stamp.generation, images)
        }
        let found = cells.values.flatMap { $0.1 }.reduce(into: [Int32: Int64]()) {
            $0[$1.pair.warehouse.rawValue] = $1.stock
        }
        #expect(found == Self.stock)
        #expect(newest.offset == Offset(73))
    }

    @Test("is finished by an orderly end, so that nothing is read again")
    func orderlyEnd() throws {
        let (scenario, process) = try begun()
        process.inbox.stop()
        #expect(try !process.worker.step())
        process.log.close()
        let next = scenario.start(Self.catalog)
        try scenario.run(next, steps: 100)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0)
        #expect(try scenario.stock(next) == Self.stock)
    }

    @Test("without transactions is taken for none when another worker has written over it")
    func writtenOver() throws {
        let (scenario, process) = try begun(.atLeastOnce)
        try scenario.run(process, steps: 200)
        scenario.kill(process)
        let records = scenario.stored.compactMap { record -> StateRecord? in
            guard case .cells(0, var images, let stamp) = record else { return nil }
            images[0].stock = 1_000
            return .cells(bucket: 0, images, Stamp(generation: stamp.generation - 1, slot: stamp.slot))
        }
        for record in records { scenario.store(record) }
        let next = scenario.start(Self.catalog)
        try scenario.run(next, steps: 300)
        #expect(try scenario.stock(next) == Self.stock)
        #expect(scenario.lines.lines.contains { $0.contains("computing the state from the log's beginning") })
    }

    @Test("without transactions is taken for none when another worker has written over its barrier")
    func barrierWrittenOver() throws {
        let (scenario, process) = try begun(.atLeastOnce)
        try scenario.run(process, steps: 200)
        scenario.kill(process)
        let barriers = scenario.stored.compactMap { record -> Barrier? in
            if case .barrier(let barrier) = record { barrier } else { nil }
        }
        var newest = try #require(barriers.max { $0.stamp.generation < $1.stamp.generation })
        // What a worker that was thought dead had still to send; its records are written over already.
        newest.stamp.generation /= 2
        scenario.store(.barrier(newest))
        let next = scenario.start(Self.catalog)
        try scenario.run(next, steps: 300)
        #expect(try scenario.stock(next) == Self.stock)
        #expect(scenario.lines.lines.contains { $0.contains("computing the state from the log's beginning") })
    }
}
