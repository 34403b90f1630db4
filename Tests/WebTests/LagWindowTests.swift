import Inventory
import Testing

@testable import Web

@Suite("A partition's lag")
struct LagWindowTests {
    private static func trend(_ samples: [(offset: Int64, lag: Int64)], size: Int = 4) -> LagWindow.Trend {
        var window = LagWindow(size: size)
        for sample in samples { window.observe(offset: sample.offset, end: sample.offset + sample.lag) }
        return window.trend
    }

    @Test("a partition's lag is judged by Burrow's rules")
    func rules() {
        #expect(Self.trend([]) == .unknown)
        #expect(Self.trend([(5, 3), (5, 4)]) == .unknown, "two samples are too few")
        #expect(Self.trend([(5, 3), (5, 3), (5, 3), (5, 3)]) == .stalled)
        #expect(Self.trend([(5, 3), (5, 4), (5, 6), (5, 9)]) == .stalled)
        #expect(Self.trend([(5, 3), (6, 4), (7, 4), (8, 9)]) == .slow)
        #expect(Self.trend([(5, 3), (6, 4), (7, 2), (8, 9)]) == .ok, "the lag shrank once")
        #expect(Self.trend([(5, 90), (50, 50), (90, 20), (99, 9)]) == .ok, "the backlog shrinks")
        #expect(Self.trend([(5, 3), (8, 0), (8, 4), (8, 9)]) == .ok, "the reader had caught up")
        #expect(Self.trend([(9, 3), (9, 3), (9, 3), (9, 3), (2, 8)]) == .unknown, "the offset went back")
    }

    @Test("offsets that no reader ever gets, such as control records, do not count as lag")
    func controlRecords() throws {
        let json = """
            {"name":"x","type":"consumer","msg_cnt":0,"msg_size":0,"brokers":{},"topics":{"order_events":{"partitions":
            {"0":{"partition":0,"fetchq_cnt":0,"fetchq_size":0,"next_offset":12,"app_offset":10,"extra":1}}}}}
            """
        let shelf = StatisticsShelf()
        shelf.put(json, of: "worker0-consumer")
        let statistics = try #require(shelf.latest["worker0-consumer"])
        let partition = Partition(0)
        #expect(statistics.position(topic: "order_events", partition, committed: 10) == 12)
        #expect(statistics.position(topic: "order_events", partition, committed: 9) == 9, "not yet committed")
        #expect(statistics.position(topic: "other", partition, committed: 9) == 9)
    }
}
