import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A worker that recovers")
struct RecoveryGuardTests {
    @Test("a worker that recovers fences nobody before it has all the partitions it needs")
    func fencesNobody() throws {
        let scenario = Scenario(partitions: 2)
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        let epoch = scenario.cluster.epoch(of: first.session.transactionalID)
        // Started by mistake with the same transactional id.
        let second = scenario.start(slot: 0)
        try scenario.run(first, second, steps: 15)
        #expect(first.session.owned.count == 1 && second.session.owned.count == 1)
        #expect(scenario.cluster.epoch(of: first.session.transactionalID) == epoch)
        scenario.kill(second)
        scenario.send("RECEIVED", 5)
        try scenario.run(first)
        #expect(try scenario.stock(first) == [1: 25])
        #expect(first.telemetry.snapshot.fencings == 0)
    }

    @Test("a recovery begins again when it hears that the topic is not there")
    func outdated() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        try scenario.run(first)
        for _ in 0..<60 { scenario.send("RECEIVED", 100) }
        try scenario.run(first)
        scenario.kill(first)
        let second = scenario.start()
        for _ in 0..<200 where scenario.cluster.coverage[.recoveryReplayed] == 0 {
            try scenario.run(second, steps: 1)
        }
        #expect(second.session.isRecovering())
        scenario.cluster.topics[.input] = [SimPartition()]
        scenario.cluster.groupOffsets = [:]
        for _ in 0..<70 { scenario.send("RECEIVED", 2) }
        scenario.fail(.topicSaidGone)
        let stop = #expect(throws: StopReason.self) { try scenario.run(second) }
        #expect(stop?.says("deleted and recreated") == true, "\(stop?.message ?? "")")
    }

    @Test("a worker evicted unawares at any step of its recovery reads again what others wrote meanwhile")
    func evictedUnawares() throws {
        let moved = try (0..<10).map { steps in
            let scenario = Scenario()
            scenario.settings.checkpointIntervalMs = 0
            let first = scenario.start()
            scenario.send("RECEIVED", 20)
            try scenario.run(first)
            scenario.kill(first)
            let second = scenario.start()
            try scenario.run(second, steps: steps)
            scenario.cluster.faults.hangsIn = "reader.poll"
            scenario.fail(.hungInsideCall)
            scenario.cluster.goOnWithout = { [unowned scenario] _ in
                let third = scenario.start(slot: 1)
                scenario.send("SHIPPED", 5)
                #expect(throws: Never.self) { try scenario.run(third, steps: 100) }
                scenario.kill(third)
                let input = scenario.cluster.partition(.input, 0)
                #expect(scenario.cluster.groupOffsets[0] == input.end)
                input.trim(to: input.end)
            }
            try scenario.run(second, steps: 400)
            #expect(try scenario.stock(second).values.allSatisfy { $0 == 15 || $0 == 20 })
            return scenario.lines.lines.contains { $0.contains("offsets have moved") }
        }
        #expect(moved.contains(true))
    }

    @Test("a worker leaves no transaction open when it ends, though its first abort failed")
    func endsAborted() throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 5)
        scenario.fail(.commitFailed)
        scenario.fail(.abortFailed)
        for _ in 0..<100 where process.worker.unfinishedRollback == nil {
            try scenario.run(process, steps: 1)
        }
        #expect(process.worker.unfinishedRollback == .abort)
        try scenario.finish(process)
        #expect(!scenario.cluster.transactions.contains { $0.phase == .open })
    }

    @Test(
        "a worker by product stops at stored entries of another keying without a checkpoint beside them")
    func entriesAlone() throws {
        let scenario = Scenario(partitions: 1)
        scenario.cluster.topics[.state]?.append(SimPartition())
        let first = scenario.start(Scenario.catalog(warehouses: 40))
        for warehouse in 1...40 { scenario.send("RECEIVED", 20, warehouse: warehouse) }
        try scenario.run(first, steps: 300)
        try scenario.finish(first)
        scenario.cluster.topics[.input]?.append(SimPartition())
        scenario.settings.keyedBy = .product
        let both = (0...1).map { scenario.start(Scenario.catalog(warehouses: 40), slot: $0) }
        for _ in 0..<100 where both.contains(where: { $0.session.owned.isEmpty }) {
            try scenario.run(both[0], both[1], steps: 1)
        }
        let second = try #require(both.first { $0.session.owned == [1] })
        let commits = scenario.cluster.commits.count
        let stop = #expect(throws: StopReason.self) { try scenario.run(second) }
        #expect(
            stop?.says("input.keyed_by=none became product", "--rebuild") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.commits.count == commits)
    }

    @Test("a worker that has counted plain events stops at captured rows")
    func mixedInput() throws {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.sendRaw(
            #"{"before":null,"after":{"event_id":9,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"#
                + #""quantity":5,"event_time":\#(SimProducer.firstSecond)},"op":"c","source":{"connector":"#
                + #""postgresql","lsn":7,"ts_ms":1774828800000}}"#)
        let stop = #expect(throws: StopReason.self) { try scenario.run(process) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("plain events were counted before") == true, "\(stop?.message ?? "")")
    }

    @Test("a recovered shard rejects an event whose sum does not fit, as at the first reading")
    func overflow() throws {
        var aggregate = Aggregate(inputs: 1, dedupeWindow: 0, catalog: Scenario.catalog())
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(1))
        let full = StoredEntry(
            pair: pair, stock: .max - 5, lastUpdated: Timestamp(microseconds: 1), events: 1)
        aggregate.restore(bucket: 0, entries: [full])
        aggregate.finishRestoringEntries()
        let shard = Shard(aggregate: aggregate, inputs: [])
        func reason(_ units: Int64) throws -> BadEvent.Reason? {
            let event = OrderEvent(
                id: EventID(1), pair: pair, units: units, time: Timestamp(microseconds: 1))
            let outcome = try shard.apply(
                .event(event), input: 0, source: Source(partition: Partition(0), offset: Offset(0)),
                PipelineSettings())
            if case .rejected(let error) = outcome { return error.reason }
            return nil
        }
        #expect(try reason(6) == .stockOverflow)
        #expect(try reason(5) == nil)
    }
}

@Suite("A topic that is not there from time to time")
struct TopicSizesTests {
    @Test("a topic is believed to be gone only when it is missing for 30 s on end")
    func patience() throws {
        let scenario = Scenario()
        let state = scenario.cluster.topics[.state]
        let session = SimSession(scenario.cluster, name: "w", slot: 0)
        let sizes = TopicSizes(session)
        func count(after ms: Int64, isThere: Bool) throws -> Int? {
            scenario.cluster.advance(ms)
            scenario.cluster.topics[.state] = isThere ? state : nil
            return try sizes.count(.state, named: "stockd-state")
        }
        #expect(throws: SessionFailure.self) { try count(after: 0, isThere: false) }
        #expect(try count(after: 20_000, isThere: true) == 1)
        #expect(throws: SessionFailure.self) { try count(after: 5_000, isThere: false) }
        #expect(throws: SessionFailure.self) { try count(after: 15_000, isThere: false) }
        #expect(try count(after: 20_000, isThere: false) == nil)
    }
}
