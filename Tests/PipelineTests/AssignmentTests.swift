import Inventory
import Testing

@testable import Pipeline

@Suite("The assignment of a worker")
struct AssignmentTests {
    /// Strings stand for recoveries and live shards.
    private typealias State = Assignment<String, String>

    private static let both = [Partition(0), Partition(1)]

    private static func recovering(
        _ partitions: [Partition] = both, needsAll: Bool = false
    ) throws -> State.Recovering {
        var state = State()
        state = state.release().assigned(partitions, needsAll: needsAll) { "recovery" }
        guard case .recovering(let recovering) = state else { throw Unexpected(state: "\(state)") }
        return recovering
    }

    private static func running() throws -> State.Running {
        let state = try recovering().recovered("shards")
        guard case .running(let running) = state else { throw Unexpected(state: "\(state)") }
        return running
    }

    private struct Unexpected: Error { let state: String }

    // MARK: Assigned

    @Test("a worker recovers the partitions that the group assigned")
    func assigned() throws {
        let recovering = try Self.recovering()
        #expect(recovering.partitions == Self.both)
        #expect(recovering.recovery == "recovery")
        #expect(State.recovering(recovering).live == nil)
    }

    @Test("a worker without partitions stands by and recovers nothing")
    func standby() {
        var asked = 0
        var state = State()
        state = state.release().assigned([], needsAll: false) {
            asked += 1
            return "recovery"
        }
        guard case .standby = state else { return #expect(Bool(false), "\(state)") }
        #expect(asked == 0)
        #expect(state.live == nil)
    }

    @Test("a worker that needs all partitions and got none waits instead of standing by")
    func noneOfAll() throws {
        var recovering = try Self.recovering([], needsAll: true)
        #expect(recovering.partitions.isEmpty)
        let verdict = try recovering.check(needsAll: true, { 2 }, nowMs: 0, waitMs: 10)
        #expect(verdict == .wait(isNews: true))
    }

    // MARK: Released

    @Test("a release leaves the worker unassigned, whatever its state was")
    func release() throws {
        let states: [(State, live: String?)] = [
            (State(), nil), (.standby, nil), (.recovering(try Self.recovering()), nil),
            (.running(try Self.running()), "shards"),
        ]
        for (state, live) in states {
            var state = state
            #expect(state.live == live)
            _ = state.release()
            guard case .unassigned = state else {
                #expect(Bool(false), "\(state)")
                continue
            }
            #expect(state.live == nil)
        }
    }

    // MARK: Recovered, restarted, interrupted

    @Test("a worker is live once it has recovered")
    func recovered() throws {
        #expect(try Self.running().live == "shards")
        #expect(State.running(try Self.running()).live == "shards")
    }

    @Test("a restarted recovery keeps its partitions and counts the topic's partitions again")
    func restarted() throws {
        var recovering = try Self.recovering(Self.both, needsAll: true)
        #expect(try recovering.check(needsAll: true, { 2 }, nowMs: 0, waitMs: 10) == .goOn)
        guard case .recovering(var again) = recovering.restarted("another") else {
            return #expect(Bool(false))
        }
        #expect(again.partitions == Self.both)
        #expect(again.recovery == "another")
        #expect(try again.check(needsAll: true, { 3 }, nowMs: 0, waitMs: 10) == .wait(isNews: true))
    }

    @Test("an interrupted worker recovers its live partitions and counts the topic's partitions again")
    func interrupted() throws {
        let state = try Self.running().interrupted(Self.both, "another")
        #expect(state.live == nil)
        guard case .recovering(var recovering) = state else { return #expect(Bool(false)) }
        #expect(recovering.partitions == Self.both)
        #expect(recovering.recovery == "another")
        #expect(try recovering.check(needsAll: true, { 3 }, nowMs: 0, waitMs: 10) == .wait(isNews: true))
    }

    // MARK: Whether the partitions suffice

    @Test("a worker that needs only its own partitions does not ask for the topic's partition count")
    func needsOnlyItsOwn() throws {
        var recovering = try Self.recovering([Partition(1)])
        let verdict = try recovering.check(
            needsAll: false, { () throws(SessionFailure) in throw .fatal("asked") }, nowMs: 0, waitMs: 0)
        #expect(verdict == .goOn)
    }

    @Test("a worker that has all partitions asks for the partition count once")
    func hasAll() throws {
        var recovering = try Self.recovering(needsAll: true)
        var asked = 0
        for _ in 0..<3 {
            let count = { () throws(SessionFailure) -> Int in
                asked += 1
                return 2
            }
            #expect(try recovering.check(needsAll: true, count, nowMs: 0, waitMs: 10) == .goOn)
        }
        #expect(asked == 1)
    }

    @Test("a worker that lacks partitions waits, reports it once, and gives up after the wait")
    func waits() throws {
        var recovering = try Self.recovering([Partition(1)], needsAll: true)
        func check(_ nowMs: Int64) throws -> State.Verdict {
            try recovering.check(needsAll: true, { 2 }, nowMs: nowMs, waitMs: 1_000)
        }
        #expect(try check(5_000) == .wait(isNews: true))
        #expect(try check(5_001) == .wait(isNews: false))
        #expect(try check(6_000) == .wait(isNews: false))
        #expect(try check(6_001) == .giveUp)
    }

    @Test("a waiting worker goes on when the topic turns out to have no more partitions")
    func shrinks() throws {
        var recovering = try Self.recovering([Partition(0)], needsAll: true)
        #expect(try recovering.check(needsAll: true, { 2 }, nowMs: 0, waitMs: 10) == .wait(isNews: true))
        #expect(try recovering.check(needsAll: true, { 1 }, nowMs: 50, waitMs: 10) == .goOn)
    }

    @Test("the wait for partitions begins only when the worker learns that it needs all of them")
    func needsAllLater() throws {
        var recovering = try Self.recovering([Partition(1)])
        #expect(try recovering.check(needsAll: false, { 2 }, nowMs: 0, waitMs: 1_000) == .goOn)
        #expect(
            try recovering.check(needsAll: true, { 2 }, nowMs: 9_000, waitMs: 1_000) == .wait(isNews: true))
        #expect(
            try recovering.check(needsAll: true, { 2 }, nowMs: 9_900, waitMs: 1_000) == .wait(isNews: false))
    }

    @Test("a failed query of the partition count does not start the wait for partitions")
    func unavailable() throws {
        var recovering = try Self.recovering([Partition(1)], needsAll: true)
        let failing = { () throws(SessionFailure) -> Int in throw .unavailable("no broker") }
        #expect(throws: SessionFailure.self) {
            try recovering.check(needsAll: true, failing, nowMs: 0, waitMs: 10)
        }
        #expect(try recovering.check(needsAll: true, { 2 }, nowMs: 99, waitMs: 10) == .wait(isNews: true))
    }
}
