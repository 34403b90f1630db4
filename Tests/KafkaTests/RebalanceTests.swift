import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct RebalanceTests {
    @Test func `a second member makes the first give its partitions back, as values`() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 4)
        for partition in 0..<Int32(4) { try cluster.fill(topic, partition: partition, count: 50) }
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        #expect(try first.awaitAssignment() == [0, 1, 2, 3])
        _ = try first.take(200)
        let second = try cluster.consumer(topic, group: group)
        let news = try settle(first, second)
        #expect(news.first == .revoked([0, 1, 2, 3]))
        #expect(Set(first.assignment + second.assignment) == [0, 1, 2, 3])
        #expect(first.assignment.count == 2)
        second.close(deadlineMs: 5000)
        // The first gets everything back when the second leaves.
        let deadline = Deadline(afterMs: 20_000)
        while first.assignment.count < 4, !deadline.hasPassed { try answer(first) }
        #expect(first.assignment == [0, 1, 2, 3])
        first.close(deadlineMs: 5000)
    }

    @Test func `a rebalance is not answered until the caller does, and the session lives meanwhile`() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        try first.awaitAssignment()
        let second = try cluster.consumer(topic, group: group)
        var revoked: Rebalance?
        let deadline = Deadline(afterMs: 20_000)
        while revoked == nil, !deadline.hasPassed {
            _ = try second.poll(maxRecords: 10, waitMs: 20)
            if case .rebalance(let news) = try first.poll(maxRecords: 10, waitMs: 20) { revoked = news }
        }
        #expect(revoked == .revoked([0, 1]))
        // Polling on brings neither records nor a second rebalance.
        for _ in 0..<20 { #expect(try first.poll(maxRecords: 10, waitMs: 20) == .idle) }
        // A coordinator takes commits until the next generation; the embedded one is stricter.
        if TestCluster.isReal { try first.commit([PartitionOffset(0, 7)], deadlineMs: 5000) }
        try first.unassign()
        _ = try settle(first, second)
        #expect(first.assignment.count == 1)
        #expect(second.assignment.count == 1)
        first.close(deadlineMs: 5000)
        second.close(deadlineMs: 5000)
    }

    @Test func `a rewind that an unanswered rebalance forbids leaves no position that could be committed`()
        throws
    {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        try cluster.fill(topic, partition: 0, count: 5)
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        try first.awaitAssignment()
        _ = try first.take(5)
        #expect(first.position(of: 0) == 5)
        let second = try cluster.consumer(topic, group: group)
        #expect(try first.awaitRebalance() == .revoked([0]))
        try first.rewind(to: [PartitionOffset(0, 2)])
        #expect(first.position(of: 0) == nil)
        #expect(try first.poll(maxRecords: 10, waitMs: 20) == .idle)
        #expect(first.position(of: 0) == nil)
        try first.unassign()
        _ = try settle(first, second)
        first.close(deadlineMs: 5000)
        second.close(deadlineMs: 5000)
    }

    @Test func `a member without partitions stays in the group and answers with an empty assignment`() throws
    {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        try first.awaitAssignment()
        let second = try cluster.consumer(topic, group: group)
        _ = try settle(first, second)
        #expect(first.assignment.count + second.assignment.count == 1)
        let (owner, spare) = first.assignment.isEmpty ? (second, first) : (first, second)
        owner.close(deadlineMs: 5000)
        let deadline = Deadline(afterMs: 20_000)
        while spare.assignment.isEmpty, !deadline.hasPassed { try answer(spare) }
        #expect(spare.assignment == [0])
        spare.close(deadlineMs: 5000)
    }

    @Test(.disabled(if: TestCluster.isReal))
    func `a member that the coordinator has forgotten is told that its partitions are lost`() throws {
        let cluster = try TestCluster(faults: true)
        let topic = try cluster.topic(partitions: 2)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        // UNKNOWN_MEMBER_ID
        cluster.embedded?.pushRequestErrors(.heartbeat, [25])
        #expect(try consumer.awaitRebalance() == .lost([0, 1]))
        try consumer.unassign()
        try consumer.awaitAssignment()
        #expect(consumer.assignment == [0, 1])
        consumer.close(deadlineMs: 5000)
    }

    @Test func `a member that does not poll in time loses its partitions and can rejoin`() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        var settings = ConsumerSettings(groupID: TestCluster.unique("group"), topic: topic)
        settings.sessionTimeoutMs = 6000
        settings.maxPollIntervalMs = 6000
        let consumer = try Consumer(cluster.settings(), settings)
        try consumer.awaitAssignment()
        Pause.milliseconds(7500)
        #expect(try consumer.awaitRebalance() == .lost([0]))
        try consumer.unassign()
        try consumer.awaitAssignment()
        consumer.close(deadlineMs: 5000)
    }

    @Test func `closing with an unanswered rebalance is bounded and leaves the group`() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        guard case .assigned = try first.awaitRebalance() else { throw Overdue("assignment") }
        #expect(first.close(deadlineMs: 5000))
        let second = try cluster.consumer(topic, group: group)
        #expect(try second.awaitAssignment() == [0, 1])
        #expect(second.close(deadlineMs: 5000))
    }

    /// Drives both members until each was given its share with the other present.
    private func settle(_ first: Consumer, _ second: Consumer) throws -> [Rebalance] {
        var told: [Rebalance] = []
        var shares: [ObjectIdentifier: [Int32]] = [:]
        let deadline = Deadline(afterMs: 20_000)
        while shares.count < 2 || !Set(first.assignment).isDisjoint(with: second.assignment) {
            if deadline.hasPassed { throw Overdue("both members' shares") }
            for member in [first, second] {
                guard let news = try answer(member) else { continue }
                told.append(news)
                if case .assigned(let partitions) = news { shares[ObjectIdentifier(member)] = partitions }
            }
        }
        return told
    }

    @discardableResult
    private func answer(_ consumer: Consumer) throws -> Rebalance? {
        guard case .rebalance(let news) = try consumer.poll(maxRecords: 100, waitMs: 25) else { return nil }
        switch news {
        case .assigned(let partitions): try consumer.assign(partitions.map { .beginning($0) })
        case .revoked, .lost: try consumer.unassign()
        }
        return news
    }
}
