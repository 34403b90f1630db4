import ClusterSupport
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Kafka

/// Makes the module's calls together, as the pipeline does. Members come and go, and transactions are aborted at
/// random. Every input record must reach the output exactly once.
@Suite(.blocking, .enabled(if: TestCluster.isReal)) struct ExactlyOnceTests {
    static let partitions: Int32 = 4
    static let perPartition = 8000

    @Test("every record is copied once and in order while members come and go and transactions abort")
    func copying() async throws {
        let cluster = try TestCluster()
        let input = try cluster.topic(partitions: Self.partitions)
        let output = try cluster.topic()
        let group = TestCluster.unique("group")
        let stop = Flag()
        let early = Flag()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for name in ["a", "b"] {
                tasks.addTask {
                    try Copier(cluster, input, output, group, name).run { stop.isSet }
                }
            }
            tasks.addTask {
                usleep(3_000_000)
                try Copier(cluster, input, output, group, "c").run { early.isSet }
            }
            tasks.addTask {
                defer { stop.set() }
                for step in 0..<8 {
                    let first = step * Self.perPartition / 8
                    for partition in 0..<Self.partitions {
                        try cluster.fill(
                            input, partition: partition, from: first, count: Self.perPartition / 8)
                    }
                    usleep(800_000)
                    if step == 6 { early.set() }
                }
                try Self.awaitCommitted(cluster, input, group)
            }
            try await tasks.waitForAll()
        }
        let admin = try Admin(cluster.client())
        let end = try admin.watermarks(of: output, 0, timeoutMs: 5000).high
        let reader = try PartitionReader(
            cluster.client(), topic: output, from: [.beginning(0)], upTo: [0: end])
        let copies = try reader.readToEnd(limitMs: 30_000).compactMap(\.text)
        let expected = (0..<Self.partitions).flatMap { partition in
            (0..<Self.perPartition).map { "\(partition):\($0)" }
        }
        #expect(copies.count == expected.count)
        #expect(Set(copies) == Set(expected))
        for partition in 0..<Self.partitions {
            let order = copies.filter { $0.hasPrefix("\(partition):") }
            #expect(order == (0..<Self.perPartition).map { "\(partition):\($0)" })
        }
        reader.close(deadlineMs: 5000)
    }

    private static func awaitCommitted(_ cluster: TestCluster, _ input: String, _ group: String) throws {
        let admin = try Admin(cluster.client())
        defer { admin.close(deadlineMs: 5000) }
        try eventually("the committed offsets are at the end") { () -> Void? in
            usleep(200_000)
            do {
                let committed = try admin.committed(
                    by: group, topic: input, partitions: Array(0..<partitions), timeoutMs: 10_000)
                return committed.values.count { $0 == Int64(perPartition) } == Int(partitions) ? () : nil
            } catch let error as KafkaError where error.name == "UNSTABLE_OFFSET_COMMIT" {
                // A transaction with offsets is open.
                return nil
            }
        }
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}

/// A small worker that copies the input to the output, one transaction per batch.
private final class Copier {
    let cluster: TestCluster
    let input: String
    let consumer: Consumer
    private let id: String
    private let outputName: String
    private var producer: TransactionalProducer
    private var output: TopicHandle
    private var base: [Int32: Int64] = [:]
    private var random = SystemRandomNumberGenerator()

    init(_ cluster: TestCluster, _ input: String, _ output: String, _ group: String, _ name: String) throws {
        self.cluster = cluster
        self.input = input
        consumer = try cluster.consumer(input, group: group)
        id = "\(group)-\(name)"
        outputName = output
        producer = try cluster.transactional(id)
        self.output = try producer.topic(output)
        try producer.initTransactions(deadlineMs: 20_000)
    }

    func run(until isOver: () -> Bool) throws {
        while !isOver() {
            switch try consumer.poll(maxRecords: 500, waitMs: 50) {
            case .idle: continue
            case .offsetOutOfRange(let place): throw place
            case .records: try copyBatch()
            case .rebalance(.assigned(let partitions)):
                base = try consumer.committed(partitions: partitions, timeoutMs: 20_000)
                try consumer.assign(partitions.map { PartitionOffset($0, base[$0] ?? 0) })
            case .rebalance: try consumer.unassign()
            }
        }
        consumer.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    private func copyBatch() throws {
        do {
            try producer.begin()
            for record in consumer.batch.records {
                try producer.send(output, 0, "\(record.partition):\(record.text ?? "")")
            }
            if Int.random(in: 0..<5, using: &random) == 0 { return try takeBack() }
            let positions = consumer.positions
            try producer.sendOffsets(
                positions, of: input, as: consumer.groupMetadata(), deadlineMs: 10_000)
            if Int.random(in: 0..<8, using: &random) == 0 { return try takeBack() }
            try producer.commit(deadlineMs: 20_000)
            for place in positions { base[place.partition] = place.offset }
        } catch TransactionFailure.abortable {
            try takeBack()
        } catch TransactionFailure.fatal {
            try replaceProducer()
        } catch TransactionFailure.unknownOutcome {
            try replaceProducer()
        }
    }

    /// Replaces the producer after a fatal error or an unknown outcome. The new one ends a transaction that is
    /// still open, and the group's committed offsets say where to go on.
    ///
    /// An abort can cause a fatal error: if it follows while the broker still completes the previous transaction,
    /// the broker has not begun the new one and refuses to end it.
    private func replaceProducer() throws {
        producer.close(deadlineMs: 5000)
        producer = try cluster.transactional(id)
        output = try producer.topic(outputName)
        try producer.initTransactions(deadlineMs: 20_000)
        base = try consumer.committed(partitions: consumer.assigned, timeoutMs: 20_000)
        try rewind()
    }

    private func takeBack() throws {
        do {
            try producer.abort(deadlineMs: 20_000)
        } catch TransactionFailure.fatal {
            return try replaceProducer()
        }
        try rewind()
    }

    private func rewind() throws {
        try consumer.rewind(to: consumer.assigned.map { PartitionOffset($0, base[$0] ?? 0) })
    }
}
