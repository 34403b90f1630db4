import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct TransactionTests {
    @Test("transactions with records and offsets commit, and their records arrive in order")
    func committing() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let producer = try cluster.transactional()
        let handle = try producer.topic(topic)
        try producer.initTransactions(deadlineMs: 10_000)
        let group = GroupMetadata(anonymousIn: TestCluster.unique("group"))
        for round in 0..<5 {
            try producer.begin()
            #expect(producer.delivered == 0)
            for index in 0..<10 { try producer.send(handle, 0, "\(round * 10 + index)") }
            let offset = PartitionOffset(0, Int64(round))
            try producer.sendOffsets([offset], of: topic, as: group, deadlineMs: 10_000)
            try producer.commit(deadlineMs: 10_000)
            #expect(producer.delivered == 10)
            #expect(producer.outstanding == 0)
        }
        let reader = try PartitionReader(cluster.client(), topic: topic, from: [.beginning(0)])
        #expect(try reader.take(50).map(\.text) == (0..<50).map { "\($0)" })
        reader.close(deadlineMs: 5000)
        #expect(producer.close(deadlineMs: 5000))
    }

    @Test("an aborted transaction leaves the producer usable")
    func aborting() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let producer = try cluster.transactional()
        let handle = try producer.topic(topic)
        try producer.initTransactions(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(handle, 0, "never")
        try producer.abort(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(handle, 0, "ever")
        try producer.commit(deadlineMs: 10_000)
        producer.close(deadlineMs: 5000)
    }

    @Test("transaction calls out of order fail instead of hanging")
    func wrongOrder() throws {
        let cluster = try TestCluster()
        let producer = try cluster.transactional()
        #expect(throws: TransactionFailure.self) { try producer.begin() }
        try producer.initTransactions(deadlineMs: 10_000)
        let failure = #expect(throws: TransactionFailure.self) { try producer.commit(deadlineMs: 2000) }
        #expect(failure?.error.name == "_STATE")
        producer.close(deadlineMs: 5000)
    }

    @Test(
        "a committed transaction shows its records and offsets, an aborted one neither",
        .enabled(if: TestCluster.isReal))
    func visibility() throws {
        let cluster = try TestCluster()
        let input = try cluster.topic()
        let output = try cluster.topic()
        try cluster.fill(input, count: 20)
        let consumer = try cluster.consumer(input)
        try consumer.awaitAssignment()
        let producer = try cluster.transactional()
        let handle = try producer.topic(output)
        try producer.initTransactions(deadlineMs: 10_000)
        _ = try consumer.take(10)
        try producer.begin()
        try producer.send(handle, 0, "aborted")
        // An abort drops unsent records, but this record must reach the log.
        #expect(producer.serveUntilDelivered(Deadline(afterMs: 30_000)))
        try producer.sendOffsets(
            consumer.positions, of: input, as: consumer.groupMetadata(), deadlineMs: 10_000)
        try producer.abort(deadlineMs: 10_000)
        #expect(try consumer.committed(partitions: [0], timeoutMs: 5000) == [:])
        try consumer.rewind(to: [PartitionOffset(0, 0)])
        #expect(try consumer.take(20).map(\.offset) == (0..<20).map { Int64($0) })
        try producer.begin()
        try producer.send(handle, 0, "committed")
        try producer.sendOffsets(
            consumer.positions, of: input, as: consumer.groupMetadata(), deadlineMs: 10_000)
        try producer.commit(deadlineMs: 10_000)
        #expect(try consumer.committed(partitions: [0], timeoutMs: 5000) == [0: 20])
        let admin = try Admin(cluster.client())
        let ends = try admin.watermarks(of: output, 0, timeoutMs: 5000)
        // Two records and two control records.
        #expect(ends == Watermarks(low: 0, high: 4))
        let reader = try PartitionReader(
            cluster.client(), topic: output, from: [.beginning(0)], upTo: [0: ends.high])
        #expect(try reader.readToEnd().map(\.text) == ["committed"])
        #expect(reader.position(of: 0) == 4)
        consumer.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a newer producer with the same id fences the older one in every call", .enabled(if: TestCluster.isReal))
    func fencing() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let id = TestCluster.unique("txn")
        let older = try cluster.transactional(id)
        try older.initTransactions(deadlineMs: 10_000)
        try older.begin()
        try older.send(older.topic(topic), 0, "old")
        #expect(older.serveUntilDelivered(Deadline(afterMs: 30_000)))
        let newer = try cluster.transactional(id)
        try newer.initTransactions(deadlineMs: 10_000)
        let failure = #expect(throws: TransactionFailure.self) { try older.commit(deadlineMs: 10_000) }
        #expect(failure.map(isFenced) == true, "\(String(describing: failure))")
        let later = #expect(throws: TransactionFailure.self) { try older.begin() }
        #expect(later.map(isFenced) == true, "\(String(describing: later))")
        let abort = #expect(throws: TransactionFailure.self) { try older.abort(deadlineMs: 5000) }
        #expect(abort.map(isFenced) == true, "\(String(describing: abort))")
        try newer.begin()
        try newer.send(newer.topic(topic), 0, "new")
        try newer.commit(deadlineMs: 10_000)
        #expect(older.close(deadlineMs: 5000))
        newer.close(deadlineMs: 5000)
    }

    @Test("a member that has left its group cannot commit offsets in a transaction", .enabled(if: TestCluster.isReal))
    func staleMember() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        let group = TestCluster.unique("group")
        let consumer = try cluster.consumer(topic, group: group)
        try consumer.awaitAssignment()
        let stale = try consumer.groupMetadata()
        let producer = try cluster.transactional()
        try producer.initTransactions(deadlineMs: 10_000)
        consumer.close(deadlineMs: 5000)
        try producer.begin()
        let failure = #expect(throws: TransactionFailure.self) {
            try producer.sendOffsets([PartitionOffset(0, 1)], of: topic, as: stale, deadlineMs: 10_000)
        }
        guard case .abortable? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try producer.abort(deadlineMs: 10_000)
        producer.close(deadlineMs: 5000)
    }

    private func isFenced(_ failure: TransactionFailure) -> Bool {
        if case .fenced = failure { return true }
        return false
    }
}
