import Inventory
import Testing

@testable import Pipeline

@Suite("What was polled during a commit")
struct ReadAheadTests {
    private static let partitions = [Partition(3)]

    private static func ahead(_ result: Result<Polled, SessionFailure>) -> ReadAhead {
        var ahead = ReadAhead()
        ahead.poll(ScriptedConsumer(result), maxRecords: 4_000)
        return ahead
    }

    @Test("a poll during a commit does not wait, and its result is taken once")
    func taken() throws {
        let consumer = ScriptedConsumer(.success(.records(7)))
        var ahead = ReadAhead()
        #expect(try ahead.take() == nil)
        ahead.poll(consumer, maxRecords: 50)
        #expect(consumer.asked == [[50, 0]])
        #expect(try ahead.take() == .records(7))
        #expect(try ahead.take() == nil)
    }

    @Test("a poll that failed during a commit fails once, when its result is taken")
    func failed() throws {
        var ahead = Self.ahead(.failure(.unavailable("no broker")))
        #expect(throws: SessionFailure.unavailable("no broker")) { try ahead.take() }
        #expect(try ahead.take() == nil)
    }

    @Test("a failed commit drops polled records and failures that will come again")
    func dropped() throws {
        let repeated: [Result<Polled, SessionFailure>] = [
            .success(.records(7)), .success(.idle), .failure(.unavailable("")), .failure(.mustAbort("")),
            .failure(.unknownOutcome("")), .failure(.fenced("")),
            .failure(.offsetOutOfRange(Partition(3), "")),
        ]
        for result in repeated {
            var ahead = Self.ahead(result)
            ahead.drop()
            #expect(try ahead.take() == nil, "\(result)")
        }
    }

    @Test("a failed commit keeps what is told only once: a rebalance, and that the topic is gone")
    func kept() throws {
        for told in [
            Polled.assigned(Self.partitions), .revoked(Self.partitions), .lost(Self.partitions),
        ] {
            var ahead = Self.ahead(.success(told))
            ahead.drop()
            #expect(try ahead.take() == told)
        }
        var ahead = Self.ahead(.failure(.outdated("gone")))
        ahead.drop()
        #expect(throws: SessionFailure.outdated("gone")) { try ahead.take() }
    }

    @Test("nothing is taken where nothing was polled")
    func nothing() throws {
        var ahead = ReadAhead()
        ahead.drop()
        #expect(try ahead.take() == nil)
    }
}

/// Answers every poll alike.
private final class ScriptedConsumer: InputConsumer {
    private let result: Result<Polled, SessionFailure>
    private(set) var asked: [[Int]] = []

    init(_ result: Result<Polled, SessionFailure>) { self.result = result }

    func poll(maxRecords: Int, waitMs: Int64) throws(SessionFailure) -> Polled {
        asked.append([maxRecords, Int(waitMs)])
        return try result.get()
    }

    var nowMs: Int64 { 0 }
    func pause(ms: Int64) {}
    var hasMore: Bool { false }
    func position(_ partition: Partition) -> Offset? { nil }
    func record(_ index: Int) -> TopicRecord {
        TopicRecord(partition: Partition(3), offset: Offset(0), key: nil, value: nil)
    }
    func envelope(_ index: Int) -> Envelope { Envelope() }
    func timestampMs(_ index: Int) -> Int64? { nil }
    func assign(_ starts: [PartitionPosition]) throws(SessionFailure) {}
    func unassign() throws(SessionFailure) {}
    func rewind(to positions: [PartitionPosition]) throws(SessionFailure) {}
}
