import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Rows that change, without transactions")
struct StoredMovementTests {
    /// A worker that has counted ten rows of 5 units and written a checkpoint of them.
    private static func stopped() throws -> Scenario {
        let scenario = Scenario()
        scenario.settings.delivery = .atLeastOnce
        scenario.settings.inputFormat.envelope = .debezium
        let process = scenario.start()
        for id in 1...10 { scenario.sendRow("c", id, 5, log: id) }
        try scenario.run(process)
        process.inbox.stop()
        #expect(try !process.worker.step())
        process.log.close()
        return scenario
    }

    @Test("are recovered from the checkpoint, and what was counted is taken back")
    func recovered() throws {
        let scenario = try Self.stopped()
        let next = scenario.start()
        scenario.sendRow("u", 3, 8, log: 11)
        try scenario.run(next)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 0)
        #expect(try scenario.stock(next) == [1: 53])
    }

    @Test("are computed anew when another worker has written over what the checkpoint holds of them")
    func writtenOver() throws {
        let scenario = try Self.stopped()
        let blocks = scenario.stored.compactMap { record -> StateRecord? in
            guard case .movements(var images, let stamp) = record, images.images.count == 10 else {
                return nil
            }
            images.images[2].units = 1
            return .movements(images, Stamp(generation: stamp.generation - 1, slot: stamp.slot))
        }
        #expect(!blocks.isEmpty)
        for block in blocks { scenario.store(block) }
        let next = scenario.start()
        scenario.sendRow("u", 3, 8, log: 11)
        try scenario.run(next, steps: 300)
        #expect(try scenario.stock(next) == [1: 53])
        #expect(scenario.lines.lines.contains { $0.contains("computing the state from the log's beginning") })
    }

    @Test("are computed anew when an earlier release has written the checkpoint")
    func withoutSum() throws {
        let scenario = try Self.stopped()
        for case .movementLog(var summary) in scenario.stored {
            summary.digest = nil
            scenario.store(.movementLog(summary))
        }
        let next = scenario.start()
        try scenario.run(next, steps: 300)
        #expect(scenario.cluster.coverage[.recoveryReplayed] == 10)
        #expect(try scenario.stock(next) == [1: 50])
    }
}

extension Scenario {
    /// A change of a row of the first product in the first warehouse, as Debezium tells it.
    fileprivate func sendRow(_ operation: String, _ id: Int, _ quantity: Int, log: Int) {
        let row =
            #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":\#(quantity),"#
            + #""event_time":\#(SimProducer.firstSecond + Int64(id))}"#
        sendRaw(
            #"{"before":null,"after":\#(row),"op":"\#(operation)","source":{"connector":"postgresql","#
                + #""lsn":\#(log),"ts_ms":1774828800000}}"#)
    }
}
