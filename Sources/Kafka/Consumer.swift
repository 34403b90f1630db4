import CRDKafka

/// A member of a consumer group that reads one topic, driven synchronously by one thread.
///
/// It reads only committed records, never commits or stores an offset by itself, never skips to another
/// offset by itself, and never answers a rebalance by itself: `poll` returns the rebalance as a value.
public final class Consumer {
    public let settings: ConsumerSettings
    /// The records of the last poll.
    public let batch: RecordBatch
    let client: Client
    let fetcher: Fetcher
    let inbox: RebalanceInbox
    var assigned: [Int32] = []
    var cachedMetadata: GroupMetadata?
    private var probe = ConnectionProbe()
    private var waker = FetchWaker()
    private var backlogMemory = BacklogMemory()
    private var isClosed = false

    /// How long a call without network I/O may wait for librdkafka's own threads.
    static let memoryCallLimitMs: Int32 = 10_000

    /// Creates the member and subscribes: it joins the group in the background and has to be polled from now on.
    public init(_ settings: ClientSettings, _ consumer: ConsumerSettings, name: String = "consumer")
        throws(KafkaError)
    {
        self.settings = consumer
        let inbox = RebalanceInbox(topic: consumer.topic)
        let client = try Client(
            .consumer, name, settings, tuned: Self.tuned(consumer), fixed: Self.fixed(consumer)
        ) { inbox.install(in: $0) }
        client.context.rebalances = inbox
        // Errors and statistics arrive where records do, so that polling for records serves them.
        rd_kafka_poll_set_consumer(client.handle)
        guard let queue = rd_kafka_queue_get_consumer(client.handle) else {
            client.close(deadlineMs: 1000)
            throw .own(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, "the consumer has no queue", isFatal: true)
        }
        self.inbox = inbox
        self.client = client
        fetcher = Fetcher(client, queue: queue, topic: consumer.topic)
        batch = fetcher.batch
        let code = OffsetList.with([PartitionOffset(-1, 0)], topic: consumer.topic) {
            rd_kafka_subscribe(client.handle, $0)
        }
        if let error = KafkaError.describing(code, on: client.handle) {
            close(deadlineMs: 1000)
            throw error
        }
    }

    private static func tuned(_ consumer: ConsumerSettings) -> [(String, String)] {
        [
            ("queued.max.messages.kbytes", String(consumer.queuedKilobytes)),
            // Bounds how long the events of an added partition stay unread.
            ("topic.metadata.refresh.interval.ms", "30000"),
        ] + FetchWaker.fetching
    }

    private static func fixed(_ consumer: ConsumerSettings) -> [(String, String)] {
        var fixed = Self.readingProperties
        fixed += [
            ("group.id", consumer.groupID),
            ("partition.assignment.strategy", "range"),
            ("session.timeout.ms", String(consumer.sessionTimeoutMs)),
            ("max.poll.interval.ms", String(max(consumer.maxPollIntervalMs, consumer.sessionTimeoutMs))),
        ]
        if let instance = consumer.groupInstanceID { fixed.append(("group.instance.id", instance)) }
        return fixed
    }

    /// The properties of every client that reads.
    static let readingProperties = [
        ("isolation.level", "read_committed"),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("auto.offset.reset", "error"),
        ("enable.partition.eof", "true"),
        ("check.crcs", "true"),
    ]

    /// Waits for a record, then takes at once what else is there.
    /// - Parameters:
    ///   - maxRecords: the most that `batch` may hold afterwards.
    ///   - waitMs: how long to wait for the first; 0 only looks.
    /// - Throws: errors that librdkafka reports in the stream. After one that is not fatal the caller may poll on.
    ///   After one that says the topic is gone it must assign again: further records may be of another topic of that
    ///   name.
    public func poll(maxRecords: Int, waitMs: Int32) throws(KafkaError) -> Poll {
        if let fatal = KafkaError.fatal(on: client.handle) { throw fatal }
        let result = try fetcher.poll(maxRecords: maxRecords, waitMs: waitMs, inbox: inbox)
        switch result {
        case .records(let count):
            client.context.connection.up()
            if waker.isDue(passed: count, left: fetcher.queued) {
                FetchWaker.wake(client, settings.topic, assigned)
            }
            backlogMemory.note(count)
        case .idle:
            if waker.isDue(passed: 0, left: 0) { FetchWaker.wake(client, settings.topic, assigned) }
            backlogMemory.giveBack()
            probe.run(on: client)
        case .rebalance, .offsetOutOfRange: break
        }
        return result
    }

    /// Whether more records are known than `poll` has returned: fetched already, or announced by the last fetch.
    /// Costs no network call. Stays true while an open transaction of the input holds records back.
    public var hasMore: Bool {
        if fetcher.queued > 0 { return true }
        return assigned.contains { partition in
            guard let end = client.fetchedEnd(of: settings.topic, partition),
                let next = fetcher.positions[partition]
            else { return false }
            return end > next
        }
    }

    /// Leaves the group and ends the client, giving up on either when the deadline passes.
    /// - Returns: whether everything ended in time.
    @discardableResult
    public func close(deadlineMs: Int32) -> Bool {
        if isClosed { return !client.isLost }
        isClosed = true
        if inbox.unanswered != nil, !client.isLost { try? unassign() }
        inbox.isClosing = true
        cachedMetadata = nil
        fetcher.close()
        // Half of the time is for leaving: then the other members take over at once instead of after the
        // session time-out, but an unreachable coordinator must not use up the time for the rest.
        let leaving = Deadline(afterMs: deadlineMs / 2)
        return client.close(deadlineMs: deadlineMs) { Self.leaveGroup($0, leaving) }
    }

    private static func leaveGroup(_ handle: OpaquePointer, _ deadline: Deadline) {
        guard let events = rd_kafka_queue_new(handle) else { return }
        defer { rd_kafka_queue_destroy(events) }
        if KafkaError.code(of: rd_kafka_consumer_close_queue(handle, events)) != nil { return }
        while rd_kafka_consumer_closed(handle) == 0, !deadline.hasPassed {
            // Serves the rebalance callback, which now unassigns by itself.
            if let message = rd_kafka_consume_queue(events, min(20, deadline.remainingMs)) {
                rd_kafka_message_destroy(message)
            }
        }
    }

    deinit { close(deadlineMs: 5000) }
}
