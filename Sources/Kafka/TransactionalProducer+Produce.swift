import CRDKafka

extension TransactionalProducer {
    /// Hands a message over; its bytes are copied. A full queue is waited for, for ten seconds.
    /// - Parameters:
    ///   - partition: nil chooses by the key, as the Java client does.
    ///   - value: nil is a tombstone.
    ///   - timestampMs: milliseconds since the epoch; nil is now.
    public func produce(
        _ topic: TopicHandle, partition: Int32? = nil, key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?, headers: [Header] = [], timestampMs: Int64? = nil
    ) throws(TransactionFailure) {
        try refuseIfLost()
        let message = OutgoingMessage(
            topic: topic, partition: partition ?? RD_KAFKA_PARTITION_UA, key: key, value: value,
            headers: headers, timestampMs: timestampMs)
        var code = message.enqueue(client.handle)
        if code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
            let deadline = Deadline(afterMs: 10_000)
            while code == RD_KAFKA_RESP_ERR__QUEUE_FULL, !deadline.hasPassed {
                rd_kafka_poll(client.handle, 5)
                code = message.enqueue(client.handle)
            }
        }
        guard let error = KafkaError.describing(code, on: client.handle) else {
            client.context.deliveries.enqueued += 1
            return
        }
        throw error.isFenced ? .fenced(error) : error.isFatal ? .fatal(error) : .abortable(error)
    }

    /// Serves delivery reports without waiting, so that the queue has room; useful between long batches.
    public func serve() { rd_kafka_poll(client.handle, 0) }

    /// Waits until every message is acknowledged; for a producer without transactions.
    /// - Throws: `.retriable` when time runs out first, `.abortable` when a message failed for good.
    public func flush(deadlineMs: Int32) throws(TransactionFailure) {
        try refuseIfLost()
        guard serveUntilDelivered(Deadline(afterMs: deadlineMs)) else {
            throw .retriable(
                .own(
                    RD_KAFKA_RESP_ERR__TIMED_OUT,
                    "\(outstanding) messages are not acknowledged after \(deadlineMs) ms", isRetriable: true))
        }
        if let firstFailure {
            throw firstFailure.isFatal ? .fatal(firstFailure) : .abortable(firstFailure)
        }
        client.context.connection.up()
    }

    /// Serves the delivery reports, and so ends with the last one. librdkafka's own flush sleeps in slices of 10 ms.
    /// - Returns: false when the deadline passed first.
    func serveUntilDelivered(_ deadline: Deadline) -> Bool {
        while outstanding > 0 {
            if deadline.hasPassed { return false }
            rd_kafka_poll(client.handle, min(100, deadline.remainingMs))
        }
        return true
    }
}
