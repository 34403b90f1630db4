import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct AdminTests {
    @Test("describing topics answers the existing ones and leaves out the missing ones")
    func describe() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 5)
        let admin = try Admin(cluster.client())
        try admin.ping(timeoutMs: 5000)
        #expect(try admin.describe([topic], timeoutMs: 10_000) == [topic: 5])
        // The embedded cluster creates every topic that a client asks about.
        let missing = TestCluster.unique("missing")
        if TestCluster.isReal { #expect(try admin.describe([missing], timeoutMs: 10_000) == [:]) }
        #expect(admin.close(deadlineMs: 5000))
    }

    @Test(
        "topics can be created and deleted twice without an error, and an invalid name is reported",
        .enabled(if: TestCluster.isReal))
    func createAndDelete() throws {
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

    @Test("the error of a broker that cannot create topics names the topic", .disabled(if: TestCluster.isReal))
    func cannotCreate() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let admin = try Admin(cluster.client())
        let error = #expect(throws: KafkaError.self) {
            try admin.createTopics([TopicSpec("wanted", partitions: 1)], timeoutMs: 3000)
        }
        #expect(error?.message.contains("wanted") == true, "\(String(describing: error))")
        admin.close(deadlineMs: 5000)
    }

    @Test("an unreachable cluster is reported soon after the timeout, and not as a fatal error")
    func unreachable() throws {
        let admin = try Admin(
            ClientSettings(bootstrapServers: "127.0.0.1:1", logger: TestCluster.logger))
        let before = Deadline.nowMs
        let error = #expect(throws: KafkaError.self) { try admin.ping(timeoutMs: 700) }
        #expect(Deadline.nowMs - before < 5000)
        #expect(error?.isFatal == false)
        #expect(admin.close(deadlineMs: 5000))
    }
}
