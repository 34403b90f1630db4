import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A log that may have been recreated")
struct KnownOffsetsTests {
    @Test("a log counts as recreated if its first record is newer than the stored state, to the millisecond")
    func sameInstant() throws {
        let scenario = Scenario()
        scenario.cluster.partition(.input, 0).append(SimRecord(offset: 0, key: [1], timestampMs: 5))
        let session = SimSession(scenario.cluster, name: "w", slot: 0)
        let known = KnownOffsets(
            partition: Partition(0), checkpoint: nil, position: Offset(1), group: nil,
            bounds: Offset(0)..<Offset(1))
        #expect(try !known.isRecreated(5, session))
        #expect(try known.isRecreated(4, session))
        #expect(try !known.isRecreated(nil, session), "nobody says when it was written")
    }

    @Test("a producer's clock that is ahead does not make a log suspect while the group has its offset")
    func clockAhead() throws {
        let scenario = Scenario()
        let first = scenario.start()
        let text =
            #"{"event_id":1,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"#
            + #""quantity":20,"event_time":\#(SimProducer.firstSecond)}"#
        scenario.cluster.partition(.input, 0).append(
            SimRecord(
                offset: 0, key: [1], value: Array(text.utf8),
                timestampMs: scenario.cluster.nowMs + 3_600_000))
        try scenario.run(first)
        scenario.kill(first)
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 20])
    }

    @Test("a recreated log that is shorter than where the history began is rebuilt from its beginning")
    func shorterThanBase() throws {
        let scenario = Scenario()
        let input = scenario.cluster.partition(.input, 0)
        for _ in 0..<10 { input.appendControl() }
        input.trim(to: 10)
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        scenario.kill(first)
        scenario.cluster.topics[.input] = [SimPartition()]
        for _ in 0..<3 { scenario.send("RECEIVED", 2) }
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 6])
    }
}
