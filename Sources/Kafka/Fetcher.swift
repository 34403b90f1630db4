import CRDKafka

/// Takes records from a librdkafka queue into a batch; what `Consumer` and `PartitionReader` share.
///
/// It keeps its own positions: librdkafka 2.0.2's `rd_kafka_position` may run ahead of what was delivered
/// when a rebalance purges part of a batch, and committing such a position would lose records.
final class Fetcher {
    let client: Client
    let topic: String
    let batch: RecordBatch
    private let queue: OpaquePointer
    var messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    var held = 0
    private var capacity: Int
    /// The offset behind the last record or control record that was passed, by partition.
    var positions: [Int32: Int64] = [:]
    var run = PartitionOffset(-1, 0)
    var starts: [Int32: Int64] = [:]
    /// Records of this poll that had been passed before.
    var repeated = 0
    var problems: [Problem] = []

    enum Problem {
        case outOfRange(OffsetOutOfRange)
        case error(KafkaError)
    }

    init(_ client: Client, queue: OpaquePointer, topic: String, capacity: Int = 4096) {
        self.client = client
        self.queue = queue
        self.topic = topic
        self.capacity = capacity
        batch = RecordBatch(capacity: capacity)
        messages = .allocate(capacity: capacity)
    }

    deinit { messages.deallocate() }

    /// - Parameter inbox: where a rebalance arrives meanwhile; it is returned after the records before it.
    func poll(maxRecords: Int, waitMs: Int32, inbox: RebalanceInbox? = nil) throws(KafkaError) -> Poll {
        release()
        if let problem = try nextProblem() { return problem }
        if let rebalance = inbox?.takeNews() { return .rebalance(rebalance) }
        grow(to: max(1, maxRecords))
        let deadline = Deadline(afterMs: waitMs)
        var wait = waitMs
        while true {
            inbox?.mayYield = true
            let first = rd_kafka_consume_queue(queue, wait)
            inbox?.mayYield = false
            guard let first else { break }
            accept(first)
            if held > 0 {
                takeRest(max(1, maxRecords))
                break
            }
            if !problems.isEmpty { break }
            wait = wait == 0 ? 0 : deadline.remainingMs
        }
        settlePosition()
        reportRepeated()
        if let error = inbox?.takeTopicGone() {
            // The batch may hold records of another topic of the same name already.
            release()
            throw error
        }
        if batch.count > 0 { return .records(batch.count) }
        if let problem = try nextProblem() { return problem }
        if let rebalance = inbox?.takeNews() { return .rebalance(rebalance) }
        return .idle
    }

    /// Records and other events that were fetched and not polled yet.
    var queued: Int { rd_kafka_queue_length(queue) }

    /// Frees the records of the last poll.
    func release() {
        for index in 0..<held { rd_kafka_message_destroy(messages[index]) }
        held = 0
        batch.filled = 0
    }

    /// Forgets everything that was fetched and starts counting from these offsets.
    func restart(at offsets: [PartitionOffset]) {
        release()
        problems = []
        starts = Dictionary(offsets.map { ($0.partition, $0.offset) }) { $1 }
        positions = [:]
        for offset in offsets where offset.offset >= 0 { positions[offset.partition] = offset.offset }
    }

    /// Counts from these offsets again; what was fetched for their partitions never arrives.
    func rewind(to offsets: [PartitionOffset]) {
        for offset in offsets {
            starts[offset.partition] = offset.offset
            positions[offset.partition] = offset.offset >= 0 ? offset.offset : nil
        }
        let moved = Set(offsets.map(\.partition))
        problems.removeAll { problem in
            if case .outOfRange(let offset) = problem { moved.contains(offset.partition) } else { false }
        }
    }

    /// Counts a stretch without records as passed.
    func advance(_ partition: Int32, to offset: Int64) { positions[partition] = offset }

    /// Gives the queue back; nothing may be polled afterwards.
    func close() {
        release()
        rd_kafka_queue_destroy(queue)
    }

    /// Takes what else was fetched, without waiting: a batch call with a time-out would hold a lone record back until
    /// it has passed.
    private func takeRest(_ maxRecords: Int) {
        if maxRecords == 1 { return }
        let rest = messages + held
        let count = rd_kafka_consume_batch_queue(queue, 0, rest, maxRecords - 1)
        guard count > 0 else { return }
        // Accepting compacts in place: the write index never passes the read index.
        for index in 0..<count {
            if let message = rest[index] { accept(message) }
        }
    }

    private func nextProblem() throws(KafkaError) -> Poll? {
        guard !problems.isEmpty else { return nil }
        switch problems.removeFirst() {
        case .outOfRange(let offset): return .offsetOutOfRange(offset)
        case .error(let error): throw error
        }
    }

    private func grow(to wanted: Int) {
        guard wanted > capacity else { return }
        messages.deallocate()
        messages = .allocate(capacity: wanted)
        capacity = wanted
        batch.grow(to: wanted)
    }
}
