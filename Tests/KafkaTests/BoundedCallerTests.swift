import ClusterSupport
import Glibc
import TestSupport
import Testing

@testable import Kafka

@Suite(.blocking) struct BoundedCallerTests {
    @Test("a call that returns within its limit is waited for")
    func returns() {
        let caller = BoundedCaller()
        var calls = 0
        for _ in 0..<100 {
            caller.begin { calls += 1 }
            #expect(caller.wait(limitMs: 5000))
        }
        #expect(calls == 100)
        #expect(!caller.isAbandoned)
        caller.stop()
    }

    @Test("a call that hangs is given up after its limit")
    func hangs() {
        let caller = BoundedCaller()
        let before = Deadline.nowMs
        caller.begin { usleep(3_000_000) }
        #expect(!caller.wait(limitMs: 100))
        #expect(Deadline.nowMs - before < 2500)
        #expect(caller.isAbandoned)
    }

    @Test("a client whose call hung fails every later call, and cannot be closed")
    func abandonedClient() throws {
        let cluster = try TestCluster()
        let producer = try cluster.transactional()
        try producer.initTransactions(deadlineMs: 10_000)
        let nothing: Void? = producer.client.bounded(limitMs: 100) { _ in usleep(2_000_000) }
        #expect(nothing == nil)
        for call in [{ try producer.begin() }, { try producer.commit(deadlineMs: 100) }] {
            let failure = #expect(throws: TransactionFailure.self) { try call() }
            #expect(TransactionFaultTests.verdict(failure) == .fatal)
        }
        #expect(!producer.close(deadlineMs: 500))
    }
}
