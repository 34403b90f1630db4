import CRDKafka

/// A producer whose messages and consumed offsets commit together, driven synchronously by one thread.
///
/// Order of calls: `initTransactions`, then for every transaction `begin`, `produce`…, `sendOffsets`, and
/// `commit` or `abort`. Every call ends within its deadline; one that librdkafka does not return from makes
/// the producer lost: all later calls throw `.fatal`, and `close` leaves it behind.
public final class TransactionalProducer {
    public let settings: ProducerSettings
    let client: Client
    private var topics: [String: TopicHandle] = [:]
    /// A commit that was started and not finished.
    var underWay: CommitUnderWay?

    /// How much longer than its own time-out a call may take before it counts as hung.
    static let graceMs: Int32 = 2000

    public init(_ settings: ClientSettings, _ producer: ProducerSettings, name: String = "producer")
        throws(KafkaError)
    {
        self.settings = producer
        client = try Client(
            .producer, name, settings, tuned: Self.tuned(producer, settings), fixed: Self.fixed(producer)
        ) { DeliveryCounts.install(in: $0) }
    }

    private static func tuned(_ producer: ProducerSettings, _ settings: ClientSettings) -> [(String, String)] {
        // It must not be below a retry.backoff.ms of the user's.
        let limitsBackoff = backsOff && settings.properties["retry.backoff.ms"] == nil
        return [
            ("linger.ms", String(producer.lingerMs)),
            // Right after a commit the coordinator refuses the next transaction for a moment.
            ("retry.backoff.ms", "1"),
            ("queue.buffering.max.kbytes", String(producer.queuedKilobytes)),
            ("socket.nagle.disable", "true"),
        ] + (limitsBackoff ? [("retry.backoff.max.ms", "1")] : [])
    }

    /// librdkafka 2.3 and later wait longer with each retry; earlier ones do not know the property.
    private static let backsOff = PropertyCatalogue.has("retry.backoff.max.ms")

    private static func fixed(_ producer: ProducerSettings) -> [(String, String)] {
        var fixed = [
            ("enable.idempotence", "true"),
            ("acks", "all"),
            // With more in flight, a broker may take the second request to a partition first, since it accepts any
            // first sequence number. It then drops the first one, when it is sent again, as a duplicate, though
            // librdkafka reports it as delivered.
            ("max.in.flight.requests.per.connection", "1"),
            // The Java client's default, so that keys land where other producers put them.
            ("partitioner", "murmur2_random"),
        ]
        if let id = producer.transactionalID {
            fixed += [
                ("transactional.id", id),
                ("transaction.timeout.ms", String(producer.transactionTimeoutMs)),
            ]
        }
        return fixed
    }

    /// A topic to produce to; looked up once, then kept.
    public func topic(_ name: String) throws(KafkaError) -> TopicHandle {
        if let known = topics[name] { return known }
        guard let pointer = rd_kafka_topic_new(client.handle, name, nil) else {
            throw .own(rd_kafka_last_error(), "topic name \(name) is not valid")
        }
        let handle = TopicHandle(name: name, pointer: pointer)
        topics[name] = handle
        return handle
    }

    /// Messages handed over but not acknowledged yet.
    public var outstanding: Int { client.context.deliveries.outstanding }
    /// Messages acknowledged since `begin`.
    public var delivered: Int { client.context.deliveries.delivered }

    /// The first failed delivery; nil when there was none.
    public var firstFailure: KafkaError? {
        KafkaError.describing(client.context.deliveries.firstFailure, on: client.handle)
    }

    /// Ends the client. An open transaction is left to the broker's time-out or to a successor's
    /// `initTransactions`; messages that were not sent are dropped.
    /// - Returns: whether it ended in time.
    @discardableResult
    public func close(deadlineMs: Int32) -> Bool {
        let pointers = topics.values.map(\.pointer)
        topics = [:]
        return client.close(deadlineMs: deadlineMs) { handle in
            rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            for pointer in pointers { rd_kafka_topic_destroy(pointer) }
        }
    }

    deinit { close(deadlineMs: 5000) }
}
