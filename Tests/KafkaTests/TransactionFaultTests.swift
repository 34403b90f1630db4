import ClusterSupport
import TestSupport
import Testing

@testable import Kafka

/// How the producer treats errors from brokers. Only the embedded cluster can be told to return them.
@Suite(.blocking) struct TransactionFaultTests {
    enum Verdict: String, Sendable { case ok, retriable, abortable, fenced, fatal, unknownOutcome }

    struct Fault: Sendable, CustomTestStringConvertible {
        let api: EmbeddedCluster.API
        let codes: [Int32]
        let verdict: Verdict
        var testDescription: String { "\(api) \(codes) → \(verdict)" }

        init(_ api: EmbeddedCluster.API, _ codes: [Int32], _ verdict: Verdict) {
            self.api = api
            self.codes = codes
            self.verdict = verdict
        }
    }

    static let faults = [
        // COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS: librdkafka retries them.
        Fault(.initProducerID, [14, 16], .ok),
        Fault(.addPartitionsToTxn, [14, 51, 51], .ok),
        Fault(.addOffsetsToTxn, [51, 16], .ok),
        Fault(.txnOffsetCommit, [14, 16], .ok),
        Fault(.endTxn, [14, 16], .ok),
        // NOT_LEADER, REQUEST_TIMED_OUT
        Fault(.produce, [6, 7], .ok),
        // TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        Fault(.initProducerID, [53], .fatal),
        Fault(.addPartitionsToTxn, [53], .fatal),
        // TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED
        Fault(.addPartitionsToTxn, [29], .abortable),
        Fault(.txnOffsetCommit, [30], .abortable),
        // ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
        Fault(.txnOffsetCommit, [22], .abortable),
        Fault(.txnOffsetCommit, [25], .abortable),
        Fault(.txnOffsetCommit, [82], .abortable),
        // MSG_SIZE_TOO_LARGE
        Fault(.produce, [10], .abortable),
        // INVALID_PRODUCER_EPOCH, PRODUCER_FENCED
        Fault(.addPartitionsToTxn, [47], .fenced),
        Fault(.addPartitionsToTxn, [90], .fenced),
        Fault(.txnOffsetCommit, [47], .fenced),
        Fault(.endTxn, [47], .fenced),
        Fault(.endTxn, [90], .fenced),
        // INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE
        Fault(.endTxn, [49], .abortable),
        Fault(.endTxn, [48], .fatal),
    ]

    @Test(
        "a broker's error is retried inside the client, or is abortable, fenced or fatal",
        .disabled(if: TestCluster.isReal), arguments: faults)
    func brokerErrors(_ fault: Fault) throws {
        let cluster = try TestCluster(isEmbedded: true)
        let topic = try cluster.topic()
        let producer = try cluster.transactional()
        let handle = try producer.topic(topic)
        let group = GroupMetadata(anonymousIn: TestCluster.unique("group"))
        try cluster.embedded.pushRequestErrors(fault.api, fault.codes)
        var failure: TransactionFailure?
        do {
            try producer.initTransactions(deadlineMs: 10_000)
            try producer.begin()
            try producer.send(handle, 0, "x")
            try producer.sendOffsets([PartitionOffset(0, 1)], of: topic, as: group, deadlineMs: 10_000)
            try producer.commit(deadlineMs: 10_000)
        } catch let error as TransactionFailure {
            failure = error
        }
        #expect(Self.verdict(failure) == fault.verdict, "\(String(describing: failure))")
        if fault.verdict == .abortable {
            // After an abort the producer works again. After a failed delivery librdkafka 2.0.2 needs a second
            // abort, because its sequence numbers have a gap.
            try producer.abort(deadlineMs: 10_000)
            if Self.verdict(Self.transaction(producer, handle)) == .abortable {
                try producer.abort(deadlineMs: 10_000)
                #expect(Self.transaction(producer, handle) == nil)
            }
        }
        if fault.verdict == .fatal || fault.verdict == .fenced, fault.api != .initProducerID {
            // Every later call fails instead of hanging.
            #expect(throws: TransactionFailure.self) { try producer.begin() }
            #expect(throws: TransactionFailure.self) { try producer.abort(deadlineMs: 2000) }
            #expect(throws: TransactionFailure.self) { try producer.commit(deadlineMs: 2000) }
        }
        #expect(producer.close(deadlineMs: 5000))
    }

    private static func transaction(_ producer: TransactionalProducer, _ topic: TopicHandle)
        -> TransactionFailure?
    {
        do {
            try producer.begin()
            try producer.send(topic, 0, "y")
            try producer.commit(deadlineMs: 10_000)
            return nil
        } catch {
            return error as? TransactionFailure
        }
    }

    static func verdict(_ failure: TransactionFailure?) -> Verdict {
        switch failure {
        case nil: .ok
        case .retriable: .retriable
        case .abortable: .abortable
        case .fenced: .fenced
        case .fatal: .fatal
        case .unknownOutcome: .unknownOutcome
        }
    }

    @Test(
        "a commit or abort that the coordinator never answers has an unknown outcome",
        .disabled(if: TestCluster.isReal))
    func unanswered() throws {
        for isCommit in [true, false] {
            let cluster = try TestCluster(isEmbedded: true)
            let producer = try cluster.transactional()
            let handle = try producer.topic(cluster.topic())
            try producer.initTransactions(deadlineMs: 10_000)
            try producer.begin()
            try producer.send(handle, 0, "x")
            #expect(producer.serveUntilDelivered(Deadline(afterMs: 30_000)))
            try cluster.embedded.setBrokerDown()
            let failure = #expect(throws: TransactionFailure.self) {
                if isCommit {
                    try producer.commit(deadlineMs: 1500)
                } else {
                    try producer.abort(deadlineMs: 1500)
                }
            }
            #expect(Self.verdict(failure) == .unknownOutcome, "\(String(describing: failure))")
            // The way out is a new producer with the same id.
            #expect(producer.close(deadlineMs: 5000))
            try cluster.embedded.setBrokerUp()
            let successor = try cluster.transactional(producer.settings.transactionalID ?? "")
            try successor.initTransactions(deadlineMs: 10_000)
            successor.close(deadlineMs: 5000)
        }
    }

    @Test("a commit that the coordinator answers too late has an unknown outcome", .disabled(if: TestCluster.isReal))
    func answeredLate() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let producer = try cluster.transactional()
        try producer.initTransactions(deadlineMs: 10_000)
        try producer.begin()
        try producer.send(producer.topic(cluster.topic()), 0, "x")
        try cluster.embedded.pushDelayedResponse(.endTxn, delayMs: 3000)
        let failure = #expect(throws: TransactionFailure.self) { try producer.commit(deadlineMs: 700) }
        #expect(Self.verdict(failure) == .unknownOutcome, "\(String(describing: failure))")
        #expect(producer.close(deadlineMs: 5000))
    }

    @Test(
        "a commit whose messages cannot be sent is abortable, not of unknown outcome",
        .disabled(if: TestCluster.isReal))
    func unsentMessages() throws {
        let cluster = try TestCluster(isEmbedded: true)
        let producer = try cluster.transactional()
        let handle = try producer.topic(cluster.topic())
        try producer.initTransactions(deadlineMs: 10_000)
        try producer.begin()
        try cluster.embedded.setBrokerDown()
        try producer.send(handle, 0, "x")
        let failure = #expect(throws: TransactionFailure.self) { try producer.commit(deadlineMs: 1000) }
        #expect(Self.verdict(failure) == .abortable, "\(String(describing: failure))")
        try cluster.embedded.setBrokerUp()
        try producer.abort(deadlineMs: 10_000)
        producer.close(deadlineMs: 5000)
    }

    @Test(
        "initialising transactions without a coordinator is retriable and succeeds later",
        .disabled(if: TestCluster.isReal))
    func initialising() throws {
        let cluster = try TestCluster(isEmbedded: true)
        try cluster.embedded.setBrokerDown()
        let producer = try cluster.transactional()
        let failure = #expect(throws: TransactionFailure.self) {
            try producer.initTransactions(deadlineMs: 700)
        }
        #expect(Self.verdict(failure) == .retriable, "\(String(describing: failure))")
        try cluster.embedded.setBrokerUp()
        try producer.initTransactions(deadlineMs: 15_000)
        producer.close(deadlineMs: 5000)
    }

    @Test("a producer commits although its coordinator moves between transactions", .disabled(if: TestCluster.isReal))
    func movedCoordinator() throws {
        let cluster = try TestCluster(isEmbedded: true, brokers: 3)
        let producer = try cluster.transactional("mover")
        let handle = try producer.topic(cluster.topic())
        try producer.initTransactions(deadlineMs: 10_000)
        for broker in Int32(1)...3 {
            try cluster.embedded.moveCoordinator(of: .transaction, "mover", to: broker)
            try producer.begin()
            try producer.send(handle, 0, "x")
            try producer.commit(deadlineMs: 10_000)
        }
        producer.close(deadlineMs: 5000)
    }
}
