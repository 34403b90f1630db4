import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct AdminTests {
    @Test func `existing topics are described and missing ones are absent`() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 5)
        let admin = try Admin(cluster.client())
        try admin.ping(timeoutMs: 5000)
        #expect(try admin.describe([topic], timeoutMs: 10_000) == [topic: 5])
        // The embedded cluster creates what it is asked about.
        let missing = TestCluster.unique("missing")
        if TestCluster.isReal { #expect(try admin.describe([missing], timeoutMs: 10_000) == [:]) }
        #expect(admin.close(deadlineMs: 5000))
    }

    @Test(.enabled(if: TestCluster.isReal))
    func `topics are created, again without complaint, and deleted`() throws {
        let cluster = try TestCluster()
        let admin = try Admin(cluster.client())
        let name = TestCluster.unique("created")
        let spec = TopicSpec(name, partitions: 3, config: ["cleanup.policy": "compact"])
        try admin.createTopics([spec], timeoutMs: 10_000)
        #expect(try admin.describe([name], timeoutMs: 5000) == [name: 3])
        try admin.createTopics([spec], timeoutMs: 10_000)
        let wrong = TopicSpec(TestCluster.unique("wrong") + "/", partitions: 1)
        let error = #expect(throws: KafkaError.self) { try admin.createTopics([wrong], timeoutMs: 10_000) }
        #expect(error?.message.contains(wrong.name) == true)
        try admin.deleteTopics([name], timeoutMs: 10_000)
        try admin.deleteTopics([name], timeoutMs: 10_000)
        admin.close(deadlineMs: 5000)
    }

    @Test(.disabled(if: TestCluster.isReal))
    func `a broker that cannot create topics is named as such`() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let admin = try Admin(cluster.client())
        let error = #expect(throws: KafkaError.self) {
            try admin.createTopics([TopicSpec("wanted", partitions: 1)], timeoutMs: 3000)
        }
        #expect(error?.message.contains("wanted") == true, "\(String(describing: error))")
        admin.close(deadlineMs: 5000)
    }

    @Test func `an unreachable cluster is reported within the time given`() throws {
        let admin = try Admin(
            ClientSettings(bootstrapServers: "127.0.0.1:1", logger: TestCluster.logger))
        let before = Deadline.nowMs
        let error = #expect(throws: KafkaError.self) { try admin.ping(timeoutMs: 700) }
        #expect(Deadline.nowMs - before < 5000)
        #expect(error?.isFatal == false)
        #expect(admin.close(deadlineMs: 5000))
    }
}
