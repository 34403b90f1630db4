import CRDKafka

/// Reads partitions of one topic from given offsets without joining a group: state, reference data, replays.
///
/// Only committed records are seen, so records of an open transaction hold the reader back until the
/// transaction ends. Given the log's true ends (`Admin.watermarks`), it knows when it has read to them.
public final class PartitionReader {
    public let topic: String
    /// The records of the last poll.
    public var batch: RecordBatch { session.fetcher.batch }

    let settings: ClientSettings
    let name: String
    let ends: [Int32: Int64]
    var session: ReaderSession
    var stall = ReaderStall()
    private var probe = ConnectionProbe()
    private var waker = FetchWaker()
    private let partitions: [Int32]

    /// - Parameters:
    ///   - starts: where to begin in each partition; `.beginning` is allowed.
    ///   - ends: the offsets to reach, by partition; a partition without one is followed for ever.
    public init(
        _ settings: ClientSettings, topic: String, from starts: [PartitionOffset],
        upTo ends: [Int32: Int64] = [:], name: String = "reader"
    ) throws(KafkaError) {
        self.settings = settings
        self.topic = topic
        self.name = name
        self.ends = ends
        partitions = starts.map(\.partition)
        session = try ReaderSession(settings, topic: topic, from: starts, name: name)
    }

    /// Waits for a record, then takes at once what else is there; never returns a rebalance.
    public func poll(maxRecords: Int, waitMs: Int32) throws(KafkaError) -> Poll {
        if let fatal = KafkaError.fatal(on: session.client.handle) { throw fatal }
        // Errors and statistics have a queue of their own here.
        rd_kafka_poll(session.client.handle, 0)
        let result = try session.fetcher.poll(maxRecords: maxRecords, waitMs: waitMs)
        let passed = if case .records(let count) = result { count } else { 0 }
        if waker.isDue(passed: passed, left: session.fetcher.queued) {
            FetchWaker.wake(session.client, topic, partitions)
        }
        if case .idle = result {
            probe.run(on: session.client)
            try handleIdle()
        } else {
            session.client.context.connection.up()
            stall.reset()
        }
        return result
    }

    /// The offset behind the last record (or end of partition) that was passed; nil before the first one
    /// when the partition started at a logical offset.
    public func position(of partition: Int32) -> Int64? { session.fetcher.positions[partition] }

    /// A partition whose end is not reached yet.
    public struct Remaining: Sendable, Hashable {
        public let partition: Int32
        public let position: Int64?
        public let end: Int64
    }

    /// What is still missing, by partition; says what a recovery waits for.
    public var remaining: [Remaining] {
        ends.sorted { $0.key < $1.key }.compactMap { partition, end in
            let position = position(of: partition)
            if end == 0 || (position ?? -1) >= end { return nil }
            return Remaining(partition: partition, position: position, end: end)
        }
    }

    /// Every end was reached; always true without ends.
    public var isAtEnd: Bool { remaining.isEmpty }

    /// The last stable offset. If it is below the log's end, an open transaction holds readers back there.
    public func stableEnd(of partition: Int32, timeoutMs: Int32) throws(KafkaError) -> Int64 {
        try session.client.watermarks(topic, partition, timeoutMs).high
    }

    /// Ends the client, giving up when the deadline passes.
    @discardableResult
    public func close(deadlineMs: Int32) -> Bool { session.close(deadlineMs: deadlineMs) }

    deinit { close(deadlineMs: 5000) }
}
