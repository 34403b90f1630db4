import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct ConsumingTests {
    @Test("records are consumed in the order in which they were produced")
    func order() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 2500)
        let consumer = try cluster.consumer(topic)
        #expect(try consumer.awaitAssignment() == [0])
        let taken = try consumer.take(2500)
        #expect(taken.map(\.text) == (0..<2500).map { "\($0)" })
        #expect(taken.map(\.offset) == (0..<2500).map { Int64($0) })
        #expect(consumer.position(of: 0) == 2500)
        #expect(consumer.close(deadlineMs: 5000))
    }

    @Test("keys, headers, timestamps, tombstones and empty values arrive as they were sent")
    func contents() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let producer = try cluster.plainProducer()
        let handle = try producer.topic(topic)
        let headers = [Header("a", "1"), Header("a", "2"), Header("none", nil), Header("empty", [])]
        try "key".withBytes { key in
            try producer.produce(
                handle, partition: 0, key: key, value: nil, headers: headers,
                timestampMs: 1_700_000_000_123)
            try producer.produce(handle, partition: 0, key: key, value: nil)
        }
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        try producer.produce(handle, partition: 0, key: empty, value: empty)
        try producer.flush(deadlineMs: 10_000)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        var seen = 0
        while seen < 3 {
            guard case .records(let count) = try consumer.poll(maxRecords: 1, waitMs: 5000), count == 1 else {
                throw Failure("record \(seen)")
            }
            let record = consumer.batch[0]
            switch seen {
            case 0:
                #expect(record.value == nil)
                #expect(record.key.map { String(decoding: $0, as: UTF8.self) } == "key")
                #expect(record.headers == headers)
                #expect(record.timestampMs == 1_700_000_000_123)
            case 1:
                #expect(record.value == nil)
                #expect(record.headers.isEmpty)
                #expect(record.timestampMs > 1_700_000_000_123)
            default:
                #expect(record.value?.count == 0)
                #expect(record.key?.count == 0)
            }
            seen += 1
        }
        consumer.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a poll returns a lone record at once, without waiting for a full batch or the timeout")
    func loneRecord() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        try cluster.fill(topic, count: 1)
        let before = Deadline.nowMs
        #expect(try consumer.poll(maxRecords: 10_000, waitMs: 60_000) == .records(1))
        // The poll's timeout is a minute. A slow machine may take some of it.
        #expect(Deadline.nowMs - before < 20_000)
        consumer.close(deadlineMs: 5000)
    }

    @Test("a batch keeps to the limit of its poll, also when a later poll allows more")
    func batchLimit() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 6000)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        _ = try consumer.take(100, most: 7)
        var seen = 100
        while seen < 6000 {
            guard case .records(let count) = try consumer.poll(maxRecords: 5000, waitMs: 5000) else {
                throw Failure("the rest")
            }
            #expect(count <= 5000)
            #expect(consumer.batch.records.map(\.offset) == (seen..<(seen + count)).map { Int64($0) })
            seen += count
        }
        consumer.close(deadlineMs: 5000)
    }

    @Test("rewinding reads exactly the same records again")
    func rewinding() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        try cluster.fill(topic, partition: 0, count: 1500)
        try cluster.fill(topic, partition: 1, count: 1500)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        _ = try consumer.take(1000, most: 300)
        let rest = consumer.position(of: 1) ?? 0
        try consumer.rewind(to: [PartitionOffset(0, 40)])
        #expect(consumer.batch.count == 0)
        let again = try consumer.take(1460 + Int(1500 - rest), most: 300)
        #expect(again.filter { $0.partition == 0 }.map(\.offset) == (40..<1500).map { Int64($0) })
        #expect(again.filter { $0.partition == 1 }.map(\.offset) == (rest..<1500).map { $0 })
        consumer.close(deadlineMs: 5000)
    }

    @Test("rewinding many times in a row loses and repeats no record")
    func rewindingOften() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 3000)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        for round in 0..<30 {
            let start = Int64(round * 13)
            try consumer.rewind(to: [PartitionOffset(0, start)])
            if round % 3 == 0 { continue }
            let taken = try consumer.take(round % 2 == 0 ? 5 : 700, most: 100)
            #expect(taken.map(\.offset) == (start..<(start + Int64(taken.count))).map { $0 })
        }
        consumer.close(deadlineMs: 5000)
    }

    @Test("partitions can be reassigned or rewound right after an assignment")
    func reassigning() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        try cluster.fill(topic, partition: 0, count: 300)
        try cluster.fill(topic, partition: 1, count: 300)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        for round in 0..<40 {
            let start = Int64(round)
            try consumer.assign([PartitionOffset(0, start), .beginning(1)])
            try consumer.assign([PartitionOffset(0, start + 5), PartitionOffset(1, start)])
            if round % 2 == 0 { try consumer.rewind(to: [PartitionOffset(0, start)]) }
        }
        try consumer.assign([PartitionOffset(0, 100), PartitionOffset(1, 200)])
        let taken = try consumer.take(300, most: 50)
        #expect(taken.filter { $0.partition == 0 }.map(\.offset) == (100..<300).map { Int64($0) })
        #expect(taken.filter { $0.partition == 1 }.map(\.offset) == (200..<300).map { Int64($0) })
        consumer.close(deadlineMs: 5000)
    }

    @Test("an offset that the log does not hold is reported as out of range, not skipped")
    func outOfRange() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 10)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment { PartitionOffset($0, 5000) }
        let deadline = Deadline(afterMs: 60_000)
        var told: OffsetOutOfRange?
        while told == nil, !deadline.hasPassed {
            switch try consumer.poll(maxRecords: 10, waitMs: 200) {
            case .offsetOutOfRange(let place): told = place
            case .records: Issue.record("records behind a gap")
            default: break
            }
        }
        #expect(told?.partition == 0)
        #expect(told?.offset == 5000)
        #expect(told?.topic == topic)
        consumer.close(deadlineMs: 5000)
    }

    @Test("a consumer answers a partition's watermarks and its offset at a time")
    func watermarks() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 3)
        try cluster.fill(topic, partition: 1, count: 25)
        let consumer = try cluster.consumer(topic)
        #expect(try consumer.watermarks(of: 1, timeoutMs: 5000) == Watermarks(low: 0, high: 25))
        #expect(try consumer.watermarks(of: 2, timeoutMs: 5000) == Watermarks(low: 0, high: 0))
        if TestCluster.isReal {
            let offsets = try consumer.offsets(forTimestampMs: 1000, partitions: [0, 1], timeoutMs: 5000)
            #expect(offsets == [1: 0])
        }
        consumer.close(deadlineMs: 5000)
    }
}

extension String {
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBytes(body)
    }
}
