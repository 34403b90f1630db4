import Testing

@testable import Pipeline

@Suite("The commit policy")
struct CommitPolicyTests {
    private static func policy(batch: Int = 1_000, intervalMs: Int64 = 50, gathering: Int64 = 29)
        -> CommitPolicy
    {
        var settings = PipelineSettings()
        settings.maxBatchEvents = batch
        settings.commitIntervalMs = intervalMs
        settings.gatheringPerWait = gathering
        return CommitPolicy(settings)
    }

    /// Whether a transaction that began `afterMs` ago is due.
    private static func isDue(
        _ policy: CommitPolicy, records: Int = 1, changes: Int = 0, afterMs: Int64 = 0
    ) -> Bool {
        policy.isDue(records: records, changes: changes, startedMs: 7_000, nowMs: 7_000 + afterMs)
    }

    // MARK: When

    @Test("a transaction is due at once when the queue is empty")
    func dry() {
        var policy = Self.policy()
        policy.polled(3, room: 1_000, hasMore: false)
        #expect(!policy.isBacklog)
        #expect(Self.isDue(policy))
        var idle = Self.policy()
        idle.polledNothing()
        #expect(!idle.isBacklog && Self.isDue(idle))
    }

    @Test("on a backlog a transaction gathers events for the interval")
    func backlog() {
        var policy = Self.policy()
        policy.polled(1_000, room: 1_000, hasMore: true)
        #expect(policy.isBacklog)
        #expect(!Self.isDue(policy, afterMs: 49))
        #expect(Self.isDue(policy, afterMs: 50))
        // There may be more behind a full batch.
        policy.polled(1_000, room: 1_000, hasMore: false)
        #expect(policy.isBacklog && !Self.isDue(policy, afterMs: 49))
    }

    @Test("part of a fetch does not count as the queue's end, and the rest is waited for briefly")
    func pieces() {
        var policy = Self.policy()
        #expect(policy.waitForMoreMs == 0)
        policy.polled(3, room: 1_000, hasMore: true)
        #expect(policy.isBacklog)
        #expect(policy.waitForMoreMs == 5)
        #expect(!Self.isDue(policy))
        policy.polled(1_000, room: 1_000, hasMore: true)
        #expect(policy.waitForMoreMs == 0)
        policy.polled(3, room: 1_000, hasMore: true)
        policy.polledNothing()
        #expect(Self.isDue(policy), "what was said to be there did not come")
    }

    @Test("a commit forgets what was known of the queue")
    func ended() {
        var policy = Self.policy()
        policy.polled(3, room: 1_000, hasMore: false)
        policy.committed(waitedMs: 0)
        #expect(policy.isBacklog)
        #expect(policy.waitForMoreMs == 0)
        policy.polled(3, room: 1_000, hasMore: true)
        policy.ended()
        #expect(policy.waitForMoreMs == 0)
    }

    @Test(
        "a transaction gathers for a multiple of the last wait for Kafka, half a second at most",
        arguments: [(0, 50), (1, 50), (2, 58), (10, 290), (17, 493), (18, 500), (900, 500)]
            as [(Int64, Int64)])
    func gathering(_ waitedMs: Int64, _ gatheringMs: Int64) {
        var policy = Self.policy()
        policy.committed(waitedMs: waitedMs)
        #expect(!Self.isDue(policy, afterMs: gatheringMs - 1))
        #expect(Self.isDue(policy, afterMs: gatheringMs))
    }

    @Test("a transaction gathers for a long interval whatever the waits for Kafka were")
    func longInterval() {
        var policy = Self.policy(intervalMs: 2_000)
        policy.committed(waitedMs: 100)
        #expect(!Self.isDue(policy, afterMs: 1_999))
        #expect(Self.isDue(policy, afterMs: 2_000))
    }

    // MARK: How much

    @Test("a transaction is due when it is full or its journal is long")
    func limits() {
        let policy = Self.policy()
        #expect(!Self.isDue(policy, records: 999_999) && Self.isDue(policy, records: 1_000_000))
        #expect(!Self.isDue(policy, changes: 249_999) && Self.isDue(policy, changes: 250_000))
    }

    @Test("after a transaction that took too long, the next one takes half as many records")
    func halves() {
        var policy = Self.policy(batch: 10_000)
        #expect(policy.room(after: 0) == 10_000)
        policy.tookTooLong(records: 60_000)
        #expect(!Self.isDue(policy, records: 29_999) && Self.isDue(policy, records: 30_000))
        #expect(policy.room(after: 25_000) == 5_000)
        #expect(policy.room(4_000, after: 25_000) == 4_000)
        #expect(policy.room(after: 40_000) == 1, "a poll takes one at least")
        for _ in 0..<20 { policy.tookTooLong(records: 1) }
        #expect(policy.room(after: 0) == 1)
    }

    @Test("transactions grow again by an eighth with each commit")
    func grows() {
        var policy = Self.policy(batch: 10_000)
        policy.tookTooLong(records: 16_000)
        policy.committed(waitedMs: 0)
        #expect(!Self.isDue(policy, records: 8_999) && Self.isDue(policy, records: 9_000))
        for _ in 0..<200 { policy.committed(waitedMs: 0) }
        #expect(!Self.isDue(policy, records: 999_999))
    }

    @Test("a transaction of one record grows again, too")
    func growsFromOne() {
        var policy = Self.policy()
        policy.tookTooLong(records: 1)
        policy.committed(waitedMs: 0)
        #expect(policy.room(after: 0) == 2)
    }
}
