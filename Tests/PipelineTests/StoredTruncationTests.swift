import Inventory
import Testing

@testable import Pipeline

@Suite("A truncation of the events table")
struct StoredTruncationTests {
    private static func send(_ scenario: Scenario, _ operation: String, id: Int = 0, log: Int) {
        let row =
            #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":5,"#
            + #""event_time":\#(SimProducer.firstSecond + Int64(id))}"#
        scenario.sendRaw(
            #"{"before":null,"after":\#(operation == "t" ? "null" : row),"op":"\#(operation)","#
                + #""source":{"connector":"postgresql","lsn":\#(log),"ts_ms":1774828800000}}"#)
    }

    @Test("a truncation of the events table still keeps older rows away after a restart", arguments: [false, true])
    func restarted(_ isInOrder: Bool) throws {
        let scenario = Scenario()
        scenario.settings.inputFormat.envelope = .debezium
        scenario.settings.onTruncate = .apply
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        Self.send(scenario, "c", id: 1, log: 10)
        Self.send(scenario, "t", log: 20)
        try scenario.run(process)
        if isInOrder { try scenario.finish(process) } else { scenario.kill(process) }
        let next = scenario.start()
        Self.send(scenario, "c", id: 2, log: 15)
        Self.send(scenario, "c", id: 3, log: 30)
        try scenario.run(next)
        #expect(try scenario.stock(next) == [1: 5])
    }
}
