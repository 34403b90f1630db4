import ClusterSupport
import Synchronization
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct PartitionReaderTests {
    @Test("a reader reads every partition to its end, says so, and then follows new records")
    func readsToEnd() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 3)
        try cluster.fill(topic, partition: 0, count: 700)
        try cluster.fill(topic, partition: 2, count: 300)
        let admin = try Admin(cluster.client())
        var ends: [Int32: Int64] = [:]
        for partition in 0..<Int32(3) {
            ends[partition] = try admin.watermarks(of: topic, partition, timeoutMs: 5000).high
        }
        #expect(ends == [0: 700, 1: 0, 2: 300])
        let starts = (0..<Int32(3)).map { PartitionOffset.beginning($0) }
        let reader = try PartitionReader(cluster.client(), topic: topic, from: starts, upTo: ends)
        #expect(!reader.isAtEnd)
        #expect(reader.remaining.first == .init(partition: 0, position: nil, end: 700))
        #expect(try reader.readToEnd().count == 1000)
        // From here it follows new records.
        try cluster.fill(topic, partition: 1, count: 2)
        #expect(try reader.take(2).map(\.partition) == [1, 1])
        #expect(reader.close(deadlineMs: 5000))
        admin.close(deadlineMs: 5000)
    }

    @Test("a reader that starts at the end has nothing left to read")
    func startsAtEnd() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 10)
        let reader = try PartitionReader(
            cluster.client(), topic: topic, from: [PartitionOffset(0, 10)], upTo: [0: 10])
        #expect(reader.isAtEnd)
        reader.close(deadlineMs: 5000)
    }

    @Test("a reader reaches an end that is a control record", .enabled(if: TestCluster.isReal))
    func controlRecord() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let producer = try cluster.transactional()
        let handle = try producer.topic(topic)
        try producer.initTransactions(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(handle, 0, "seen")
        try producer.commit(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(handle, 0, "taken back")
        try producer.abort(deadlineMs: 10_000)
        let admin = try Admin(cluster.client())
        let end = try admin.watermarks(of: topic, 0, timeoutMs: 5000).high
        let reader = try PartitionReader(
            cluster.client(), topic: topic, from: [.beginning(0)], upTo: [0: end])
        #expect(try reader.readToEnd().map(\.text) == ["seen"])
        #expect(reader.position(of: 0) == end)
        reader.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test(
        "an open transaction holds a reader back until it ends, and the reader says where it waits",
        .enabled(if: TestCluster.isReal))
    func openTransaction() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 1)
        let producer = try cluster.transactional()
        try producer.initTransactions(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(producer.topic(topic), 0, "pending")
        #expect(producer.serveUntilDelivered(Deadline(afterMs: 30_000)))
        let admin = try Admin(cluster.client())
        #expect(try admin.watermarks(of: topic, 0, timeoutMs: 5000).high == 2)
        let reader = try PartitionReader(
            cluster.client(), topic: topic, from: [.beginning(0)], upTo: [0: 2])
        #expect(try reader.take(1).map(\.text) == ["0"])
        // Longer than `patienceMs`: an open transaction does not count as a stalled fetch.
        for _ in 0..<65 { #expect(try reader.poll(maxRecords: 10, waitMs: 100) == .idle) }
        #expect(reader.remaining == [.init(partition: 0, position: 1, end: 2)])
        #expect(try reader.stableEnd(of: 0, timeoutMs: 5000) == 1)
        try producer.commit(deadlineMs: 10_000)
        #expect(try reader.take(1).map(\.text) == ["pending"])
        #expect(reader.isAtEnd)
        reader.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a reader restarts a stalled fetch and skips no record")
    func stalledFetch() throws {
        let reader = try finishedReader(patienceMs: 300)
        // Now the reader expects offset 7, but its client has delivered 7 to 9 already and will not do so again.
        reader.session.fetcher.advance(0, to: 7)
        #expect(try reader.readToEnd().map(\.offset) == [7, 8, 9])
        reader.close(deadlineMs: 5000)
    }

    @Test("an empty fetch proves that compaction removed the records before the end")
    func compactedEnd() throws {
        let reader = try finishedReader(patienceMs: 300)
        // As if a new client had fetched from 7 to the end and received no record.
        reader.session.fetcher.advance(0, to: 7)
        reader.stall.underProof = [0]
        reader.stall.proofMs = 500
        #expect(try reader.readToEnd() == [])
        #expect(reader.position(of: 0) == 10)
        reader.close(deadlineMs: 5000)
    }

    /// A reader that has read ten records and knows that it is at the end.
    private func finishedReader(patienceMs: Int64) throws -> PartitionReader {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, count: 10)
        let reader = try PartitionReader(
            cluster.client(), topic: topic, from: [.beginning(0)], upTo: [0: 10])
        _ = try reader.take(10)
        while try reader.poll(maxRecords: 10, waitMs: 500) != .idle {}
        reader.stall.patienceMs = patienceMs
        Self.keep(cluster)
        return reader
    }

    private static let kept = Mutex<[TestCluster]>([])

    /// The cluster must outlive the function that made it.
    private static func keep(_ cluster: TestCluster) { kept.withLock { $0.append(cluster) } }
}

extension PartitionReader {
    func readToEnd(limitMs: Int32 = 20_000) throws -> [Taken] {
        var taken: [Taken] = []
        let deadline = Deadline(afterMs: limitMs)
        while !isAtEnd {
            if deadline.hasPassed { throw Failure("\(remaining)") }
            if case .records = try poll(maxRecords: 500, waitMs: 100) {
                taken += batch.records.map { Taken($0) }
            }
        }
        return taken
    }

    func take(_ count: Int) throws -> [Taken] {
        var taken: [Taken] = []
        let deadline = Deadline(afterMs: 60_000)
        while taken.count < count {
            if deadline.hasPassed { throw Failure("\(taken.count) of \(count) records") }
            if case .records = try poll(maxRecords: count - taken.count, waitMs: 100) {
                taken += batch.records.map { Taken($0) }
            }
        }
        return taken
    }
}
