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

    /// On a backlog, with a transaction of one record and so many milliseconds.
    private static func isDue(
        _ policy: CommitPolicy, records: Int = 1, changes: Int = 0, afterMs: Int64 = 0
    ) -> Bool {
        policy.isDue(records: records, changes: changes, startedMs: 7_000, nowMs: 7_000 + afterMs)
    }

    // MARK: When

    @Test("commits at once when the queue is dry")
    func dry() {
        var policy = Self.policy()
        policy.polled(3, room: 1_000, hasMore: false)
        #expect(!policy.isBacklog)
        #expect(Self.isDue(policy))
        var idle = Self.policy()
        idle.polledNothing()
        #expect(!idle.isBacklog && Self.isDue(idle))
    }

    @Test("gathers for the interval on a backlog")
    func backlog() {
        var policy = Self.policy()
        policy.polled(1_000, room: 1_000, hasMore: true)
        #expect(policy.isBacklog)
        #expect(!Self.isDue(policy, afterMs: 49))
        #expect(Self.isDue(policy, afterMs: 50))
        // Nobody knows whether there is more behind a full batch.
        policy.polled(1_000, room: 1_000, hasMore: false)
        #expect(policy.isBacklog && !Self.isDue(policy, afterMs: 49))
    }

    @Test("takes a piece of a fetch for no end, and waits a moment for the rest")
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

    @Test("knows nothing of the queue after a commit")
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
        "gathers so many times as long as Kafka was waited for, and half a second at most",
        arguments: [(0, 50), (1, 50), (2, 58), (10, 290), (17, 493), (18, 500), (900, 500)]
            as [(Int64, Int64)])
    func gathering(_ waitedMs: Int64, _ gatheringMs: Int64) {
        var policy = Self.policy()
        policy.committed(waitedMs: waitedMs)
        #expect(!Self.isDue(policy, afterMs: gatheringMs - 1))
        #expect(Self.isDue(policy, afterMs: gatheringMs))
    }

    @Test("gathers for a long interval whatever the waits were")
    func longInterval() {
        var policy = Self.policy(intervalMs: 2_000)
        policy.committed(waitedMs: 100)
        #expect(!Self.isDue(policy, afterMs: 1_999))
        #expect(Self.isDue(policy, afterMs: 2_000))
    }

    // MARK: How much

    @Test("commits a full transaction, and one whose journal is long")
    func limits() {
        let policy = Self.policy()
        #expect(!Self.isDue(policy, records: 999_999) && Self.isDue(policy, records: 1_000_000))
        #expect(!Self.isDue(policy, changes: 249_999) && Self.isDue(policy, changes: 250_000))
    }

    @Test("tries again with half of the records after a transaction that took too long")
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

    @Test("lets transactions grow again, an eighth with each that commits")
    func grows() {
        var policy = Self.policy(batch: 10_000)
        policy.tookTooLong(records: 16_000)
        policy.committed(waitedMs: 0)
        #expect(!Self.isDue(policy, records: 8_999) && Self.isDue(policy, records: 9_000))
        for _ in 0..<200 { policy.committed(waitedMs: 0) }
        #expect(!Self.isDue(policy, records: 999_999))
    }

    @Test("grows from one record, too")
    func growsFromOne() {
        var policy = Self.policy()
        policy.tookTooLong(records: 1)
        policy.committed(waitedMs: 0)
        #expect(policy.room(after: 0) == 2)
    }
}
