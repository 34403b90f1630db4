import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct BoundedCallerTests {
    @Test func `a call that returns is waited for`() {
        let caller = BoundedCaller()
        var calls = 0
        for _ in 0..<100 { #expect(caller.run(limitMs: 5000) { calls += 1 }) }
        #expect(calls == 100)
        #expect(!caller.isAbandoned)
        caller.stop()
    }

    @Test func `a call that hangs is given up after its limit`() {
        let caller = BoundedCaller()
        let before = Deadline.nowMs
        #expect(!caller.run(limitMs: 100) { Pause.milliseconds(3000) })
        #expect(Deadline.nowMs - before < 2500)
        #expect(caller.isAbandoned)
    }

    @Test func `a client whose call hung refuses everything, and is left behind`() throws {
        let cluster = try TestCluster()
        let producer = try cluster.transactional()
        try producer.initTransactions(deadlineMs: 10_000)
        let nothing: Void? = producer.client.bounded(limitMs: 100) { _ in Pause.milliseconds(2000) }
        #expect(nothing == nil)
        for call in [{ try producer.begin() }, { try producer.commit(deadlineMs: 100) }] {
            let failure = #expect(throws: TransactionFailure.self) { try call() }
            #expect(TransactionFaultTests.verdict(failure) == .fatal)
        }
        #expect(!producer.close(deadlineMs: 500))
    }
}
