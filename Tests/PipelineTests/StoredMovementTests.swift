import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("What the stored state says of rows that change")
struct StoredMovementTests {
    /// A worker that has counted 11 rows of 5 units and written a checkpoint of them.
    private static func stopped() throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.inputFormat.envelope = .debezium
        let process = scenario.start()
        for id in 1...10 { scenario.sendRow("c", id, 5, log: id) }
        scenario.sendRow("c", 100, 5, log: 11)
        try scenario.run(process)
        try scenario.finish(process)
        return scenario
    }

    @Test("stored movements of rows are recovered, and later changes take back what was counted")
    func recovered() throws {
        let scenario = try Self.stopped()
        let next = scenario.start()
        scenario.sendRow("u", 3, 8, log: 12)
        scenario.sendRow("d", 100, 5, log: 13)
        try scenario.run(next)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0)
        #expect(try scenario.stock(next) == [1: 53])
    }

    @Test("a lost movement record stops the worker, and a rebuild counts it again")
    func lost() throws {
        let scenario = try Self.stopped()
        let count = scenario.deleteState { if case .movements(EventBlock(number: 1)) = $0 { true } else { false } }
        #expect(count == 1)
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts 11 movements of events, but the topic holds 10", "--rebuild") == true,
            "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let next = scenario.start()
        scenario.sendRow("d", 100, 5, log: 13)
        try scenario.run(next)
        #expect(try scenario.stock(next) == [1: 50])
    }

    @Test("a rebuild from a log that has lost rows deletes their stored movements")
    func leftover() throws {
        let scenario = try Self.stopped()
        scenario.cluster.partition(.input, 0).trim(to: 10)
        scenario.settings.rebuilds = true
        scenario.settings.acceptsDataLoss = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 5])
        scenario.kill(second)
        let numbers = scenario.standing[0].keys.compactMap { key in
            if case .movements(let number) = key { number } else { nil }
        }
        #expect(numbers == [EventBlock(number: 1)])
        scenario.settings.rebuilds = false
        scenario.settings.acceptsDataLoss = false
        let third = scenario.start()
        scenario.sendRow("u", 3, 8, log: 14)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 13], "nothing of row 3 is taken back")
    }
}

extension Scenario {
    /// A change of a row of the first product in the first warehouse, as Debezium tells it.
    fileprivate func sendRow(_ operation: String, _ id: Int, _ quantity: Int, log: Int) {
        let row =
            #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":\#(quantity),"#
            + #""event_time":\#(SimProducer.firstSecond + Int64(id))}"#
        let (before, after) = operation == "d" ? (row, "null") : ("null", row)
        sendRaw(
            #"{"before":\#(before),"after":\#(after),"op":"\#(operation)","source":{"connector":"postgresql","#
                + #""lsn":\#(log),"ts_ms":1774828800000}}"#)
    }
}
