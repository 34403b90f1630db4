import Testing

@testable import Pipeline

@Suite("When a checkpoint is due")
struct CheckpointerTests {
    private static func begun(intervalMs: Int64, isRequired: Bool = false) -> Checkpointer {
        var checkpointer = Checkpointer(intervalMs: intervalMs)
        checkpointer.begin(isRequired: isRequired, nowMs: 1_000)
        return checkpointer
    }

    @Test("the first checkpoint is due one interval after the recovery")
    func interval() {
        let checkpointer = Self.begun(intervalMs: 5_000)
        #expect(!checkpointer.isDue(nowMs: 5_999, events: 0))
        #expect(checkpointer.isDue(nowMs: 6_000, events: 0))
        #expect(checkpointer.dueInMs(nowMs: 5_999) == 1)
        #expect(checkpointer.dueInMs(nowMs: 9_000) == 0)
    }

    @Test(
        "the next checkpoint is due after the interval, or 200 times the last one's duration if longer",
        arguments: [(0, 5_000), (24, 5_000), (25, 5_000), (26, 5_200), (250, 50_000)] as [(Int64, Int64)])
    func spacing(_ tookMs: Int64, _ spacingMs: Int64) {
        var checkpointer = Self.begun(intervalMs: 5_000)
        checkpointer.committed(nowMs: 10_000, tookMs: tookMs)
        #expect(!checkpointer.isDue(nowMs: 10_000 + spacingMs - 1, events: 0))
        #expect(checkpointer.isDue(nowMs: 10_000 + spacingMs, events: 0))
        #expect(checkpointer.dueInMs(nowMs: 10_000) == spacingMs)
        // A quick one brings the next one nearer again.
        checkpointer.committed(nowMs: 100_000, tookMs: 1)
        #expect(checkpointer.isDue(nowMs: 105_000, events: 0))
    }

    @Test("a checkpoint is due once 25 million events would be read again, but not before the interval")
    func events() {
        var checkpointer = Self.begun(intervalMs: 5_000)
        checkpointer.committed(nowMs: 10_000, tookMs: 4_000)
        #expect(!checkpointer.isDue(nowMs: 14_999, events: 90_000_000))
        #expect(checkpointer.isDue(nowMs: 15_000, events: 25_000_000))
        #expect(!checkpointer.isDue(nowMs: 15_000, events: 24_999_999))
        #expect(checkpointer.isDue(nowMs: 810_000, events: 1))
    }

    @Test("many events do not bring a checkpoint forward after one that did not fit into a transaction")
    func eventsAfterTimeout() {
        var checkpointer = Self.begun(intervalMs: 5_000)
        #expect(checkpointer.tookTooLong(nowMs: 50_000, tookMs: 10_000) == true)
        #expect(!checkpointer.isDue(nowMs: 249_999, events: 90_000_000))
        checkpointer.committed(nowMs: 250_000, tookMs: 8_000)
        #expect(checkpointer.isDue(nowMs: 255_000, events: 25_000_000))
    }

    @Test("with an interval of 0 a checkpoint is due in every commit, however long they take")
    func everyCommit() {
        var checkpointer = Self.begun(intervalMs: 0)
        #expect(checkpointer.isDue(nowMs: 1_000, events: 0))
        checkpointer.committed(nowMs: 1_000, tookMs: 700)
        #expect(checkpointer.isDue(nowMs: 1_000, events: 0))
    }

    @Test("a required checkpoint is due at once, until it has committed")
    func required() {
        var checkpointer = Self.begun(intervalMs: 1_000_000, isRequired: true)
        #expect(checkpointer.isRequired)
        #expect(checkpointer.isDue(nowMs: 1_000, events: 0))
        checkpointer.committed(nowMs: 1_010, tookMs: 10)
        #expect(!checkpointer.isRequired)
        #expect(!checkpointer.isDue(nowMs: 1_010, events: 0))
    }

    @Test("a checkpoint is no longer due at once when another recovery requires none")
    func requiredNoMore() {
        var checkpointer = Self.begun(intervalMs: 5_000, isRequired: true)
        checkpointer.begin(isRequired: false, nowMs: 2_000)
        #expect(!checkpointer.isDue(nowMs: 5_999, events: 0))
        #expect(checkpointer.isDue(nowMs: 6_000, events: 0))
    }

    @Test("recoveries do not put a checkpoint off, however often they come")
    func recoveries() {
        var checkpointer = Self.begun(intervalMs: 5_000)
        checkpointer.committed(nowMs: 10_000, tookMs: 250)
        for nowMs in stride(from: Int64(11_000), to: 59_000, by: 1_000) {
            checkpointer.begin(isRequired: false, nowMs: nowMs)
            #expect(!checkpointer.isDue(nowMs: nowMs, events: 0))
        }
        #expect(!checkpointer.isDue(nowMs: 59_999, events: 0))
        #expect(checkpointer.isDue(nowMs: 60_000, events: 0))
    }

    @Test(
        "after a checkpoint that did not fit, the next waits 20 times its duration or the interval if longer",
        arguments: [(100, 5_000), (250, 5_000), (251, 5_020), (10_000, 200_000)] as [(Int64, Int64)])
    func tookTooLong(_ tookMs: Int64, _ spacingMs: Int64) {
        var checkpointer = Self.begun(intervalMs: 5_000)
        #expect(checkpointer.tookTooLong(nowMs: 50_000, tookMs: tookMs) == true)
        #expect(!checkpointer.isDue(nowMs: 50_000 + spacingMs - 1, events: 0))
        #expect(checkpointer.isDue(nowMs: 50_000 + spacingMs, events: 0))
        #expect(checkpointer.dueInMs(nowMs: 50_000) == spacingMs)
    }

    @Test("with an interval of 0, the next commits after a checkpoint that did not fit carry none")
    func tookTooLongEveryCommit() {
        var checkpointer = Self.begun(intervalMs: 0)
        #expect(checkpointer.tookTooLong(nowMs: 50_000, tookMs: 8_000) == true)
        #expect(!checkpointer.isDue(nowMs: 209_999, events: 0))
        #expect(checkpointer.isDue(nowMs: 210_000, events: 0))
        checkpointer.committed(nowMs: 210_010, tookMs: 10)
        #expect(checkpointer.isDue(nowMs: 210_010, events: 0))
    }

    @Test("a required checkpoint that did not fit stays due, and is given up the third time in a row")
    func givesUp() {
        var checkpointer = Self.begun(intervalMs: 5_000, isRequired: true)
        #expect(checkpointer.tookTooLong(nowMs: 11_000, tookMs: 10_000) == true)
        #expect(checkpointer.isDue(nowMs: 11_000, events: 0) && checkpointer.isRequired)
        // After a fencing everything is read again, which makes it no shorter.
        checkpointer.begin(isRequired: true, nowMs: 12_000)
        #expect(checkpointer.tookTooLong(nowMs: 22_000, tookMs: 10_000) == true)
        #expect(checkpointer.tookTooLong(nowMs: 33_000, tookMs: 10_000) == false)
    }

    @Test("a committed checkpoint resets the count of those that did not fit")
    func countsAnew() {
        var checkpointer = Self.begun(intervalMs: 5_000, isRequired: true)
        for _ in 0..<2 { #expect(checkpointer.tookTooLong(nowMs: 11_000, tookMs: 10_000) == true) }
        checkpointer.committed(nowMs: 12_000, tookMs: 900)
        checkpointer.begin(isRequired: true, nowMs: 12_000)
        for _ in 0..<2 { #expect(checkpointer.tookTooLong(nowMs: 22_000, tookMs: 10_000) == true) }
        #expect(checkpointer.tookTooLong(nowMs: 33_000, tookMs: 10_000) == false)
    }

    @Test("a recovery does not bring a checkpoint forward after one that did not fit")
    func recoveryAfterTimeout() {
        var checkpointer = Self.begun(intervalMs: 5_000)
        #expect(checkpointer.tookTooLong(nowMs: 50_000, tookMs: 10_000) == true)
        // The coordinator fences who takes too long, so a recovery always follows.
        checkpointer.begin(isRequired: false, nowMs: 53_000)
        #expect(!checkpointer.isDue(nowMs: 249_999, events: 0))
        #expect(checkpointer.isDue(nowMs: 253_000, events: 0))
    }
}
