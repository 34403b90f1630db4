import Inventory
import Logging
import TestSupport
import Testing

@testable import Pipeline

@Suite("Back-off")
struct BackoffTests {
    private let lines = LineLog()
    private var telemetry: Telemetry {
        let lines = lines
        return Telemetry(logger: Logger(label: "backoff", factory: { _ in lines }))
    }

    @Test("the back-off doubles from 50 ms to 5 s, separately for each subject")
    func doubles() {
        var backoff = Backoff()
        let delays = (0..<9).map { _ in backoff.delayMs(.broker) }
        #expect(delays == [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
        #expect(backoff.delayMs(.transaction) == 50)
    }

    @Test("a success resets the back-off and is logged once")
    func reset() {
        var backoff = Backoff()
        backoff.reset(.broker, telemetry)
        #expect(lines.lines.isEmpty, "nothing has failed")
        for _ in 0..<3 {
            _ = backoff.delayMs(.broker)
            _ = backoff.delayMs(.transaction)
        }
        backoff.reset(.broker, telemetry)
        backoff.reset(.broker, telemetry)
        #expect(lines.lines == ["the broker answers again"])
        #expect(backoff.delayMs(.broker) == 50)
        #expect(backoff.delayMs(.transaction) == 400)
        backoff.reset(.transaction, telemetry)
        #expect(lines.lines.last == "transactions commit again")
    }

    @Test("the back-off knows what failed more than once in a row")
    func tried() {
        var backoff = Backoff()
        #expect(!backoff.isTried(.transaction))
        _ = backoff.delayMs(.transaction)
        #expect(!backoff.isTried(.transaction))
        _ = backoff.delayMs(.transaction)
        #expect(backoff.isTried(.transaction) && !backoff.isTried(.broker))
        backoff.reset(.transaction, telemetry)
        #expect(!backoff.isTried(.transaction))
    }

    @Test("the back-off tolerates three fencings within a minute")
    func fencings() {
        func borne(_ seconds: [Int64]) -> [Bool] {
            var backoff = Backoff()
            return seconds.map { backoff.toleratesFencing(nowMs: $0 * 1_000) }
        }
        #expect(borne([0, 20, 40, 59]) == [true, true, true, false])
        #expect(borne([0, 20, 40, 61, 70]) == [true, true, true, true, false])
    }
}

@Suite("What passes by itself or loses nothing does not stop the daemon")
struct PassingFailureTests {
    @Test("a member that died while it joined is waited for, not blamed")
    func deadJoiner() throws {
        let scenario = Scenario(partitions: 2)
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        let second = scenario.start(slot: 1)
        try scenario.run(first, second, steps: 10)
        #expect(first.session.owned.count == 1)
        #expect(scenario.lines.lines.contains { $0.contains("waiting for it to leave") })
        scenario.kill(second)
        scenario.send("RECEIVED", 5)
        try scenario.run(first)
        #expect(first.session.owned.count == 2)
        #expect(try scenario.stock(first) == [1: 25])
    }

    @Test("records that change nothing are part of a checkpoint too, so that the log may forget them")
    func nothingDirty() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20, id: 7)
        try scenario.run(first)
        // A checkpoint goes with this event, so the next one is due only when no more events come.
        scenario.send("RECEIVED", 5, id: 8)
        try scenario.run(first, steps: 5)
        #expect(scenario.cluster.groupOffsets[0] == 2)
        let input = scenario.cluster.partition(.input, 0)
        scenario.send("RECEIVED", 20, id: 7)
        scenario.sendRaw("no event")
        input.appendControl()
        try scenario.run(first)
        #expect(scenario.cluster.groupOffsets[0] == input.end)
        scenario.kill(first)
        input.trim(to: input.end)
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 25])
        #expect(scenario.deadLetters == 1)
    }

    @Test("two owners of one transactional id are told apart from a handover")
    func twoOwners() throws {
        let scenario = Scenario()
        let process = scenario.start()
        try scenario.run(process)
        func fence(times: Int) throws {
            for _ in 0..<times {
                _ = scenario.cluster.initialise(process.session.transactionalID)
                scenario.send("RECEIVED", 1)
                try scenario.run(process, steps: 50)
                scenario.cluster.advance(1_000)
            }
        }
        try fence(times: 3)
        #expect(try scenario.stock(process) == [1: 3])
        scenario.cluster.advance(60_000)
        try fence(times: 3)
        let stop = #expect(throws: StopReason.self) { try fence(times: 1) }
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("kafka.transactional_id") == true, "\(stop?.message ?? "")")
    }
}
