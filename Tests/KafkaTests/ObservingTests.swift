import ClusterSupport
import Synchronization
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct ObservingTests {
    @Test("a client's statistics arrive as JSON")
    func statistics() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let reports = Reports()
        var settings = cluster.client(["statistics.interval.ms": "50"])
        settings.onStatistics = { reports.add($0) }
        let reader = try PartitionReader(settings, topic: topic, from: [.beginning(0)])
        for _ in 0..<10 { _ = try reader.poll(maxRecords: 10, waitMs: 50) }
        reader.close(deadlineMs: 5000)
        #expect(reports.all.count > 1)
        #expect(reports.all.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        #expect(reports.all.last?.contains(topic) == true)
    }

    @Test("librdkafka's log lines reach the logger with their facility and client")
    func logLines() throws {
        let cluster = try TestCluster()
        let lines = LineLog()
        var settings = cluster.client(["debug": "generic"])
        settings.logger = lines.logger
        let admin = try Admin(settings)
        try admin.ping(timeoutMs: 5000)
        admin.close(deadlineMs: 5000)
        #expect(lines.lines.contains { $0.contains("facility=INIT") })
        #expect(lines.lines.allSatisfy { $0.contains("client=test-admin") })
    }

    @Test("an outage of the broker is reported once, and so is its end", .disabled(if: TestCluster.isReal))
    func outage() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let topic = try cluster.topic()
        let changes = Mutex<[ConnectionChange.State]>([])
        var settings = cluster.client(["reconnect.backoff.max.ms": "200"])
        settings.onConnection = { change in changes.withLock { $0.append(change.state) } }
        let reader = try PartitionReader(settings, topic: topic, from: [.beginning(0)])
        try cluster.fill(topic, count: 5)
        _ = try reader.take(5)
        try cluster.embedded.setBrokerDown()
        for _ in 0..<15 { _ = try reader.poll(maxRecords: 10, waitMs: 100) }
        let during = changes.withLock { $0 }
        guard during.count == 1, case .down(let reason) = during[0] else {
            Issue.record("\(during)")
            return
        }
        #expect(!reason.isEmpty)
        try cluster.embedded.setBrokerUp()
        let deadline = Deadline(afterMs: 60_000)
        while changes.withLock({ $0.count }) < 2, !deadline.hasPassed {
            _ = try reader.poll(maxRecords: 10, waitMs: 100)
        }
        #expect(changes.withLock { $0.last } == .up)
        reader.close(deadlineMs: 5000)
    }
}

private final class Reports: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
