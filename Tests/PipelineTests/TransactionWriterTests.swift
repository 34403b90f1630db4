import Inventory
import Logging
import TestSupport
import Testing
import Wire

@testable import Pipeline

@Suite("What is sent in a transaction")
struct TransactionWriterTests {
    private let producer = RecordingProducer()

    private static func telemetry() -> Telemetry {
        Telemetry(logger: Logger(label: "writer", factory: { _ in LineLog() }))
    }

    /// One shard with an event that raises an alert.
    private static func shards() -> LiveShards {
        var aggregate = Aggregate(inputs: 1, dedupeWindow: 10, catalog: Scenario.catalog())
        let event = OrderEvent(
            id: EventID(1), pair: Pair(product: ProductID(1), warehouse: WarehouseID(1)), units: 5,
            time: Timestamp(microseconds: 1))
        _ = aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(0)))
        let input = Shard.Input(
            partition: Partition(0), base: Offset(0), next: Offset(1), committed: Offset(0),
            checkpoint: Offset(0))
        return LiveShards(
            [Shard(aggregate: aggregate, inputs: [input])],
            StatePlacement(keyedBy: .none, statePartitionCount: 1), replacing: nil)
    }

    private func writer(_ live: LiveShards) -> TransactionWriter<RecordingProducer> {
        TransactionWriter(
            producer, PipelineSettings(), live, DeadLetterLimits(), Self.telemetry(), nil)
    }

    @Test(
        "a transaction sends offsets, each alert with its record, and the checkpoint record after its parts"
    )
    func order() throws {
        let live = Self.shards()
        let positions = live.positionsToCommit(
            all: false, withCheckpoint: true, withRejectedRows: false, { _ in nil })
        let writer = writer(live)
        try writer.begin()
        try writer.begin()
        try writer.send(positions, of: live, rejected: [], withCheckpoint: true)
        #expect(producer.calls == ["begin", "offsets", "alerts", "A", "E", "I", "C", "P"])
        #expect(writer.holdsCheckpoint && writer.stateRecords == 5 && writer.sent == 1)
    }

    @Test("an event stays to be read again until a checkpoint holds it")
    func readAgain() {
        let live = Self.shards()
        #expect(live.offsetsSinceCheckpoint == 1)
        live.commit(withCheckpoint: false)
        #expect(live.offsetsSinceCheckpoint == 1)
        live.commit(withCheckpoint: true)
        #expect(live.offsetsSinceCheckpoint == 0)
    }

    @Test("a shard's state is not sent without an offset of the shard")
    func uncovered() throws {
        let live = Self.shards()
        let writer = writer(live)
        try writer.begin()
        let failure = #expect(throws: SessionFailure.self) {
            try writer.send([], of: live, rejected: [], withCheckpoint: true)
        }
        guard case .fatal = failure else {
            return #expect(Bool(false), "\(failure?.message ?? "nothing")")
        }
        #expect(!producer.calls.contains("A"))
    }

    @Test("a transaction is not under way before Kafka took its beginning")
    func beginFailed() throws {
        let writer = writer(Self.shards())
        producer.fails = true
        #expect(throws: SessionFailure.unavailable("begin")) { try writer.begin() }
        #expect(writer.begunMs == nil, "there is nothing to abort")
    }
}

/// Records the calls: for a message its topic, for a state record its kind.
private final class RecordingProducer: TransactionalProducing {
    private(set) var calls: [String] = []
    var fails = false

    var nowMs: Int64 { 0 }
    func pause(ms: Int64) {}
    func prepareTransactions() throws(SessionFailure) {}
    func begin() throws(SessionFailure) {
        if fails { throw .unavailable("begin") }
        calls.append("begin")
    }
    func send(_ message: OutgoingMessage) throws(SessionFailure) {
        let kind = message.topic == .state ? message.key?.first : nil
        calls.append(kind.map { String(UnicodeScalar($0)) } ?? message.topic.key.prefixBeforeDot)
    }
    func sendOffsets(_ positions: [PartitionPosition]) throws(SessionFailure) { calls.append("offsets") }
    func startCommit() throws(SessionFailure) {}
    func finishCommit() throws(SessionFailure) {}
    func abort() throws(SessionFailure) {}
    func discardProducer() {}
}

extension String {
    fileprivate var prefixBeforeDot: String { String(prefix { $0 != "." }) }
}
