import ClusterSupport
import Glibc
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct RebalanceTests {
    @Test("a member shares its partitions with a second one, and gets them back when that one leaves")
    func sharing() throws {
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
        #expect(Set(first.assigned + second.assigned) == [0, 1, 2, 3])
        #expect(first.assigned.count == 2)
        second.close(deadlineMs: 5000)
        // The first gets everything back when the second leaves.
        let deadline = Deadline(afterMs: 60_000)
        while first.assigned.count < 4, !deadline.hasPassed { try answer(first) }
        #expect(first.assigned == [0, 1, 2, 3])
        first.close(deadlineMs: 5000)
    }

    @Test("a rebalance waits until the caller answers it, and the member stays in the group meanwhile")
    func unanswered() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        try first.awaitAssignment()
        let second = try cluster.consumer(topic, group: group)
        var revoked: Rebalance?
        let deadline = Deadline(afterMs: 60_000)
        while revoked == nil, !deadline.hasPassed {
            _ = try second.poll(maxRecords: 10, waitMs: 20)
            if case .rebalance(let news) = try first.poll(maxRecords: 10, waitMs: 20) { revoked = news }
        }
        #expect(revoked == .revoked([0, 1]))
        // Polling on brings neither records nor a second rebalance.
        for _ in 0..<20 { #expect(try first.poll(maxRecords: 10, waitMs: 20) == .idle) }
        try first.unassign()
        _ = try settle(first, second)
        #expect(first.assigned.count == 1)
        #expect(second.assigned.count == 1)
        first.close(deadlineMs: 5000)
        second.close(deadlineMs: 5000)
    }

    @Test("a rewind during an unanswered rebalance leaves no position that could be committed")
    func rewindUnanswered() throws {
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

    @Test("a member without partitions stays in the group and takes over when the owner leaves")
    func spareMember() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        try first.awaitAssignment()
        let second = try cluster.consumer(topic, group: group)
        _ = try settle(first, second)
        #expect(first.assigned.count + second.assigned.count == 1)
        let (owner, spare) = first.assigned.isEmpty ? (second, first) : (first, second)
        owner.close(deadlineMs: 5000)
        let deadline = Deadline(afterMs: 60_000)
        while spare.assigned.isEmpty, !deadline.hasPassed { try answer(spare) }
        #expect(spare.assigned == [0])
        spare.close(deadlineMs: 5000)
    }

    @Test(
        "a member that the coordinator has forgotten is told that its partitions are lost",
        .disabled(if: TestCluster.isReal))
    func forgotten() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let topic = try cluster.topic(partitions: 2)
        let consumer = try cluster.consumer(topic)
        try consumer.awaitAssignment()
        // UNKNOWN_MEMBER_ID
        try cluster.embedded.pushRequestErrors(.heartbeat, [25])
        #expect(try consumer.awaitRebalance() == .lost([0, 1]))
        try consumer.unassign()
        try consumer.awaitAssignment()
        #expect(consumer.assigned == [0, 1])
        consumer.close(deadlineMs: 5000)
    }

    @Test("a member that does not poll in time loses its partitions and can rejoin")
    func tooSlow() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic()
        var settings = ConsumerSettings(groupID: TestCluster.unique("group"), topic: topic)
        settings.sessionTimeoutMs = 6000
        settings.maxPollIntervalMs = 6000
        let consumer = try Consumer(cluster.client(), settings)
        try consumer.awaitAssignment()
        usleep(7_500_000)
        #expect(try consumer.awaitRebalance() == .lost([0]))
        try consumer.unassign()
        try consumer.awaitAssignment()
        consumer.close(deadlineMs: 5000)
    }

    @Test("a consumer with an unanswered rebalance closes in time and leaves the group")
    func closingUnanswered() throws {
        let cluster = try TestCluster()
        let topic = try cluster.topic(partitions: 2)
        let group = TestCluster.unique("group")
        let first = try cluster.consumer(topic, group: group)
        guard case .assigned = try first.awaitRebalance() else { throw Failure("assignment") }
        #expect(first.close(deadlineMs: 5000))
        let second = try cluster.consumer(topic, group: group)
        #expect(try second.awaitAssignment() == [0, 1])
        #expect(second.close(deadlineMs: 5000))
    }

    /// Drives both members until each has its share of the partitions while the other is in the group.
    private func settle(_ first: Consumer, _ second: Consumer) throws -> [Rebalance] {
        var told: [Rebalance] = []
        var settled: Set<ObjectIdentifier> = []
        let deadline = Deadline(afterMs: 60_000)
        while settled.count < 2 || !Set(first.assigned).isDisjoint(with: second.assigned) {
            if deadline.hasPassed { throw Failure("both members' shares") }
            for member in [first, second] {
                guard let news = try answer(member) else { continue }
                told.append(news)
                // The group may rebalance once more before both have joined.
                if case .assigned = news {
                    settled.insert(ObjectIdentifier(member))
                } else {
                    settled.remove(ObjectIdentifier(member))
                }
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
