import Testing

@testable import Postgres

@Suite("The pace of the writer")
struct WriterPaceTests {
    @Test("news are written in the interval, and without any the tables are looked at every second")
    func interval() {
        var pace = WriterPace(intervalMs: 100)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 5_000) == nil)
        pace.begin(nowMs: 5_000)
        pace.end(cpuMicroseconds: 2_000)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 5_010) == 80)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 5_090) == nil)
        #expect(pace.waitMs(isNews: false, isCatchingUp: false, nowMs: 5_090) == 910)
        #expect(pace.waitMs(isNews: false, isCatchingUp: false, nowMs: 6_000) == nil)
    }

    @Test("an expensive round is followed by a pause, a long one while the workers catch up")
    func share() {
        var pace = WriterPace(intervalMs: 10, nowMs: 0)
        pace.begin(nowMs: 0)
        pace.end(cpuMicroseconds: 200_000)
        #expect(pace.waitMs(isNews: true, isCatchingUp: true, nowMs: 500) == 7_500)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 500) == 300)
    }

    @Test("while the workers catch up, a first fill waits until it takes a small share of the time since the start")
    func firstFill() {
        let pace = WriterPace(intervalMs: 100, nowMs: 1_000)
        let rows = 100_000
        #expect(pace.waitMs(isNews: true, isCatchingUp: true, rowsToFill: rows, nowMs: 1_000) == 16_000)
        #expect(pace.waitMs(isNews: true, isCatchingUp: true, rowsToFill: rows, nowMs: 17_000) == nil)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, rowsToFill: rows, nowMs: 1_000) == nil)
    }

    @Test("what fails is tried again after longer and longer waits, five seconds at most, whatever news there is")
    func backoff() {
        var pace = WriterPace(intervalMs: 100)
        var longest: Int64 = 0
        for failures in 1...12 {
            pace.begin(nowMs: 0)
            pace.fail(nowMs: 1_000)
            let waitMs = pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 1_000) ?? 0
            #expect(waitMs >= 100 && waitMs <= min(5_000, 100 << Int64(failures)))
            longest = max(longest, waitMs)
        }
        #expect(longest >= 2_500)
        pace.begin(nowMs: 9_000)
        pace.end(cpuMicroseconds: 0)
        #expect(pace.waitMs(isNews: true, isCatchingUp: false, nowMs: 9_090) == nil)
    }
}
