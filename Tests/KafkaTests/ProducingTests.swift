import ClusterSupport
import Glibc
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct ProducingTests {
    @Test("a producer waits while its queue is full, and every message arrives in order")
    func fullQueue() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let producer = try cluster.plainProducer(["queue.buffering.max.messages": "50"])
        let handle = try producer.topic(topic)
        for index in 0..<2000 { try producer.send(handle, 0, "\(index)") }
        try producer.flush(deadlineMs: 10_000)
        #expect(producer.delivered == 2000)
        let reader = try PartitionReader(cluster.client(), topic: topic, from: [.beginning(0)])
        #expect(try reader.take(2000).map(\.text) == (0..<2000).map { "\($0)" })
        reader.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    /// A partition that has no record of a producer accepts any sequence number as the first. If a second request
    /// overtook the first, Kafka would take the retried first request for a duplicate: its message would be lost,
    /// although it counts as delivered.
    @Test("no message overtakes a partition's first request while that is retried", .disabled(if: TestCluster.isReal))
    func retriedFirstRequest() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let topic = try cluster.topic(partitions: 2)
        let producer = try cluster.plainProducer()
        let handle = try producer.topic(topic)
        // Once connected, the producer sends each message in a request of its own.
        try producer.send(handle, 1, "first")
        try producer.flush(deadlineMs: 10_000)
        try cluster.embedded.setRoundTripTime(200)
        // NOT_ENOUGH_REPLICAS. After a NOT_LEADER newer libraries look for another leader, which there is not.
        try cluster.embedded.pushRequestErrors(.produce, [19])
        for index in 0..<5 {
            try producer.send(handle, 0, "\(index)")
            usleep(20_000)
        }
        try producer.flush(deadlineMs: 10_000)
        try cluster.embedded.setRoundTripTime(0)
        let reader = try PartitionReader(cluster.client(), topic: topic, from: [.beginning(0)])
        #expect(try reader.take(5).map(\.text) == (0..<5).map { "\($0)" })
        reader.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a key goes to the partition that the Java client would choose")
    func partitioner() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 12)
        let producer = try cluster.plainProducer()
        let handle = try producer.topic(topic)
        let words = ["a", "ab", "abc", "abcd", "{\"product_id\":3,\"warehouse_id\":1}", ""]
        for word in words {
            try word.withBytes { try producer.produce(handle, key: $0, value: $0) }
        }
        try producer.flush(deadlineMs: 10_000)
        let starts = (0..<Int32(12)).map { PartitionOffset.beginning($0) }
        let reader = try PartitionReader(cluster.client(), topic: topic, from: starts)
        // The partition of the empty key is not checked.
        for taken in try reader.take(words.count) where taken.text != "" {
            #expect(taken.partition == Murmur2.partition(of: taken.text ?? "", among: 12))
        }
        reader.close(deadlineMs: 5000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a message that is too large fails with MSG_SIZE_TOO_LARGE, and the next one is sent")
    func tooLarge() throws {
        let cluster = try TestCluster()
        let producer = try cluster.plainProducer(["message.max.bytes": "1000"])
        let handle = try producer.topic(cluster.topic())
        let failure = #expect(throws: TransactionFailure.self) {
            try producer.send(handle, 0, String(repeating: "x", count: 2000))
        }
        #expect(failure?.error.name == "MSG_SIZE_TOO_LARGE")
        try producer.send(handle, 0, "small")
        try producer.flush(deadlineMs: 10_000)
        producer.close(deadlineMs: 5000)
    }

    @Test(
        "a producer and a consumer close in bounded time while the broker is down",
        .disabled(if: TestCluster.isReal))
    func closingWithoutBroker() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let topic = try cluster.topic()
        let producer = try cluster.plainProducer()
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        try cluster.embedded.setBrokerDown()
        try producer.send(producer.topic(topic), 0, "lost")
        let before = Deadline.nowMs
        producer.close(deadlineMs: 3000)
        consumer.close(deadlineMs: 3000)
        #expect(Deadline.nowMs - before < 8000)
    }
}
