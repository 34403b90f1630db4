import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A changed input.topic")
struct OtherTopicTests {
    /// 20 units, of which 12 are gone; the next topic is then the input, with so many partitions.
    private func stocked(_ keyedBy: PipelineSettings.KeyedBy = .none, partitions: Int = 2) throws -> Scenario
    {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = keyedBy
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("SHIPPED", 12)
        scenario.send("RECEIVED", 3, product: 2)
        try scenario.run(process)
        scenario.kill(process)
        #expect(scenario.alerts.sorted() == ["RAISED LOW 3 1", "RAISED WARNING 8 1"])
        scenario.settings.inputTopic = "orders-2"
        scenario.cluster.topics[.input] = (0..<partitions).map { _ in SimPartition() }
        scenario.cluster.groupOffsets = [:]
        return scenario
    }

    private func stop(_ scenario: Scenario) -> WorkerStop? {
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start(), steps: 600) }
        scenario.cluster.members = []
        return stop
    }

    @Test("stops the worker and says the ways on")
    func ways() throws {
        let scenario = try stocked()
        let stop = stop(scenario)
        #expect(stop?.kind == .configuration)
        for word in ["input.topic=order-events became orders-2", "--rebuild", "--accept-config-change"] {
            #expect(stop?.message.contains(word) == true, "\(stop?.message ?? "")")
        }
    }

    @Test(
        "keeps the stock when that is accepted, and counts the new topic with ids of its own",
        arguments: [PipelineSettings.KeyedBy.none, .product])
    func accepted(_ keyedBy: PipelineSettings.KeyedBy) throws {
        let scenario = try stocked(keyedBy)
        scenario.settings.acceptsConfigChange = true
        scenario.send("SHIPPED", 5, id: 2)
        let process = scenario.start()
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 3], "event 2 of this topic is another one")
        scenario.kill(process)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start()
        scenario.send("SHIPPED", 1, id: 2)
        scenario.send("SHIPPED", 1, id: 3)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 2])
        #expect(
            scenario.alerts.contains("ESCALATED LOW 3 1")
                && scenario.alerts.contains("ESCALATED CRITICAL 2 1"))
        #expect(scenario.alerts.count == 4, "the other product's alert stands")
    }

    @Test("with fewer partitions leaves nothing of the others behind")
    func fewer() throws {
        let scenario = try stocked(partitions: 1)
        scenario.settings.acceptsConfigChange = true
        let process = scenario.start()
        try scenario.run(process)
        scenario.kill(process)
        scenario.settings.acceptsConfigChange = false
        let third = scenario.start()
        scenario.send("SHIPPED", 3, product: 2)
        try scenario.run(third)
        #expect(try scenario.stock(third, product: 2) == [1: 0])
        #expect(scenario.alerts.contains("ESCALATED OUT_OF_STOCK 0 1"))
    }

    @Test("is not accepted where events behind the last checkpoint would be lost")
    func notStoppedInOrder() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        scenario.kill(process)
        scenario.settings.inputTopic = "orders-2"
        scenario.settings.acceptsConfigChange = true
        let stop = stop(scenario)
        #expect(
            stop?.message.contains("1 offsets of order-events[0]") == true
                && stop?.message.contains("SIGTERM") == true, "\(stop?.message ?? "")")
    }

    @Test("is not accepted for a topic that the group has read before: whether it is counted nobody can say")
    func readBefore() throws {
        let scenario = try stocked()
        scenario.settings.acceptsConfigChange = true
        scenario.send("SHIPPED", 5)
        scenario.cluster.groupOffsets = [0: 1]
        let stop = stop(scenario)
        #expect(stop?.message.contains("has read this topic before") == true, "\(stop?.message ?? "")")
        #expect(stop?.message.contains("--rebuild") == true)
    }

    @Test("recomputes from the new topic in a rebuild: what it holds at the start makes one difference")
    func rebuilt() throws {
        let scenario = try stocked()
        // Product 2 is in another partition, product 1 on its way through all severities, one event is bad.
        for quantity in [1, 3, 4] { scenario.send("RECEIVED", quantity) }
        scenario.sendRaw("{not an event")
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(scenario.alerts.count == 3)
        #expect(scenario.alerts.contains("RESOLVED - - 1"), "no log holds the other product any more")
        scenario.send("RECEIVED", 0)
        try scenario.run(process)
        #expect(scenario.deadLetters == 1, "nobody had read it before")
        #expect(scenario.lines.lines.contains { $0.contains("rebuild: 2 pairs, 2 differed") })
        #expect(try scenario.stock(process) == [1: 8])
        scenario.kill(process)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        scenario.send("RECEIVED", 1, product: 2)
        try scenario.run(third)
        #expect(scenario.alerts.contains("RAISED CRITICAL 1 2"), "its incidents count on")
        #expect(scenario.deadLetters == 1)
    }

    @Test("sends what it refuses to the dead letters from where on the group had not read the new topic")
    func lettersOnce() throws {
        let scenario = try stocked()
        scenario.sendRaw("{refused before")
        scenario.sendRaw("{refused for the first time")
        scenario.cluster.groupOffsets = [0: 1]
        scenario.settings.rebuilds = true
        try scenario.run(scenario.start(), steps: 400)
        #expect(scenario.deadLetters == 1)
    }

    @Test(
        "keyed by product, counts a forgotten product's incidents on wherever it turns up", arguments: [0, 1])
    func forgotten(_ partition: Int) throws {
        let scenario = try stocked(.product)
        scenario.send("RECEIVED", 4)
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(scenario.alerts.suffix(2).sorted() == ["ESCALATED LOW 4 1", "RESOLVED - - 1"].sorted())
        func sendSecond(_ id: Int, to partition: Int) {
            scenario.sendRaw(
                #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":2,"warehouse_id":1,"quantity":1,"#
                    + #""event_time":1774828800}"#,
                to: partition)
        }
        sendSecond(99, to: partition)
        try scenario.run(process)
        #expect(scenario.alerts.contains("RAISED CRITICAL 1 2"))
        scenario.kill(process)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(scenario.alerts.count == 5)
        // And now to the other one as well, which is not what keyed by product means.
        sendSecond(100, to: 1 - partition)
        let stop = stop(scenario)
        #expect(
            stop?.message.contains("product 2 is in partitions 0 and 1") == true, "\(stop?.message ?? "")")
    }
}

@Suite("A ledger put together from several")
struct GatheredLedgerTests {
    private func entry(_ severity: Severity?, _ incident: UInt32) -> LedgerEntry {
        LedgerEntry(severity: severity, incident: incident)
    }

    @Test("takes of two entries that contradict each other the one that is not as it should be")
    func contradiction() {
        let entries = [entry(.low, 3), entry(.critical, 2)]
        #expect(GatheredLedger.choice(entries, now: .low) == entry(.critical, 3))
        #expect(GatheredLedger.choice(entries, now: .critical) == entry(.low, 3))
        #expect(GatheredLedger.choice([entry(.low, 3), entry(nil, 5)], now: nil) == entry(.low, 5))
        #expect(GatheredLedger.choice([entry(.low, 3), entry(nil, 5)], now: .low) == entry(nil, 5))
    }

    @Test("takes the one that stands beside one that only keeps the number")
    func keptNumber() {
        for now in [Severity.low, .critical, nil] {
            #expect(GatheredLedger.choice([entry(nil, 2), entry(.low, 3)], now: now) == entry(.low, 3))
        }
        #expect(GatheredLedger.choice([entry(nil, 2), entry(nil, 4)], now: .low) == entry(nil, 4))
    }
}
