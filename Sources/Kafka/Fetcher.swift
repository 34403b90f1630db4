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
    private var messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var held = 0
    private var capacity: Int
    /// The offset behind the last record or control record that was passed, by partition.
    private(set) var positions: [Int32: Int64] = [:]
    private var run = PartitionOffset(-1, 0)
    private var starts: [Int32: Int64] = [:]
    private var problems: [Problem] = []

    private enum Problem {
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
        if batch.count > 0 { return .records(batch.count) }
        if let problem = try nextProblem() { return problem }
        if let rebalance = inbox?.takeNews() { return .rebalance(rebalance) }
        return .idle
    }

    /// Frees the records of the last poll.
    func release() {
        for index in 0..<held { rd_kafka_message_destroy(messages[index]) }
        held = 0
        batch.filled = 0
    }

    /// Forgets everything that was fetched and starts counting from these places.
    func restart(at places: [PartitionOffset]) {
        release()
        problems = []
        starts = Dictionary(places.map { ($0.partition, $0.offset) }) { $1 }
        positions = [:]
        for place in places where place.offset >= 0 { positions[place.partition] = place.offset }
    }

    /// Counts from these places again; what was fetched for their partitions never arrives.
    func rewind(to places: [PartitionOffset]) {
        for place in places {
            starts[place.partition] = place.offset
            positions[place.partition] = place.offset >= 0 ? place.offset : nil
        }
        let moved = Set(places.map(\.partition))
        problems.removeAll { problem in
            if case .outOfRange(let place) = problem { moved.contains(place.partition) } else { false }
        }
    }

    /// Counts a stretch without records as passed.
    func advance(_ partition: Int32, to offset: Int64) { positions[partition] = offset }

    /// Gives the queue back; nothing may be polled afterwards.
    func close() {
        release()
        rd_kafka_queue_destroy(queue)
    }

    /// The first record was waited for; what else is there is taken without waiting. (A batch call with a
    /// time-out would hold a lone record back until it has passed.)
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
}

extension Fetcher {
    /// Puts a record into the batch, or notes what a message that is none of them says.
    private func accept(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            note(message)
            rd_kafka_message_destroy(message)
            return
        }
        let partition = message.pointee.partition
        if partition != run.partition {
            settlePosition()
            run = PartitionOffset(partition, positions[partition] ?? 0)
        }
        // Never again what was passed already, whatever made librdkafka fetch it.
        if message.pointee.offset < run.offset {
            client.context.settings.logger.warning(
                "\(topic) partition \(partition) offset \(message.pointee.offset) came again and is dropped")
            rd_kafka_message_destroy(message)
            return
        }
        messages[held] = message
        held += 1
        batch.append(message)
        run.offset = message.pointee.offset + 1
    }

    /// Records come in runs of one partition, so the dictionary is touched once a run.
    private func settlePosition() {
        if run.partition >= 0 { positions[run.partition] = run.offset }
        run.partition = -1
    }

    private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let code = message.pointee.err
        let partition = message.pointee.partition
        let offset = message.pointee.offset
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
        switch code {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            client.context.connection.up()
            settlePosition()
            positions[partition] = max(positions[partition] ?? 0, offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            // This error carries no version, so one of an earlier assignment may still be in the queue.
            guard starts[partition] != nil else { return }
            problems.append(
                .outOfRange(
                    OffsetOutOfRange(topic: topic, partition: partition, offset: offset, reason: text)))
        case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
            // A lost assignment follows as a rebalance, which says what has to be done.
            client.context.settings.logger.warning("\(text)")
        default:
            problems.append(.error(KafkaError(code, message: text, on: client.handle)))
        }
    }

    private func nextProblem() throws(KafkaError) -> Poll? {
        guard !problems.isEmpty else { return nil }
        switch problems.removeFirst() {
        case .outOfRange(let place): return .offsetOutOfRange(place)
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
