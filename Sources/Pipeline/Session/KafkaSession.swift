import Glibc
public import Inventory
public import Kafka

/// A worker's session with Kafka: a group consumer and a transactional producer.
public final class KafkaSession: Session {
    /// The topics' names, and how long Kafka may take.
    public struct Settings: Sendable {
        public var topics: [Topic: String]
        public var consumer: ConsumerSettings
        public var producer: ProducerSettings
        /// How long a request or a transactional call may take; a commit as long as its transaction if that is more.
        public var deadlineMs: Int32 = 10_000
        /// How long a rebalance or the end may take to close the clients.
        public var closeMs: Int32 = 3_000

        public init(
            topics: [Topic: String], consumer: ConsumerSettings, producer: ProducerSettings
        ) {
            self.topics = topics
            self.consumer = consumer
            self.producer = producer
        }
    }

    let client: ClientSettings
    let settings: Settings
    let consumer: Consumer
    private let batch: RecordBatch
    let admin: Admin
    var producer: TransactionalProducer?
    private var topicHandles: [Topic: TopicHandle] = [:]
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant

    public init(_ client: ClientSettings, _ settings: Settings, admin: Admin) throws(SessionFailure) {
        self.client = client
        self.settings = settings
        self.admin = admin
        started = clock.now
        do throws(KafkaError) {
            consumer = try Consumer(client, settings.consumer)
            batch = consumer.batch
        } catch {
            throw .fatal(error.description)
        }
    }

    public var nowMs: Int64 { Int64((clock.now - started) / .milliseconds(1)) }

    public func pause(ms: Int64) { usleep(UInt32(clamping: ms * 1_000)) }

    /// Leaves the group and ends both clients, each within its bound.
    public func close() {
        producer?.close(deadlineMs: settings.closeMs)
        consumer.close(deadlineMs: settings.closeMs)
    }

    func name(_ topic: Topic) throws(SessionFailure) -> String {
        guard let name = settings.topics[topic] else { throw .fatal("no topic is configured for \(topic)") }
        return name
    }

    // MARK: Consuming

    public func poll(maxRecords: Int, waitMs: Int64) throws(SessionFailure) -> Polled {
        let polled: Poll
        do throws(KafkaError) {
            polled = try consumer.poll(maxRecords: maxRecords, waitMs: Int32(waitMs))
        } catch {
            guard error.isTopicUnknown, !error.isFatal else { throw failure(error) }
            throw .outdated(
                "the brokers do not list the topic \(settings.topics[.input] ?? ""); it may be recreated: "
                    + error.description)
        }
        switch polled {
        case .records(let count): return .records(count)
        case .idle: return .idle
        case .rebalance(.assigned(let partitions)): return .assigned(partitions.map { Partition($0) })
        case .rebalance(.revoked(let partitions)): return .revoked(partitions.map { Partition($0) })
        case .rebalance(.lost(let partitions)): return .lost(partitions.map { Partition($0) })
        case .offsetOutOfRange(let range): throw range.asSessionFailure
        }
    }

    public var hasMore: Bool { consumer.hasMore }

    public func position(_ partition: Partition) -> Offset? {
        consumer.position(of: partition.rawValue).map { Offset($0) }
    }

    public func record(_ index: Int) -> TopicRecord {
        let record = batch[index]
        return TopicRecord(
            partition: Partition(record.partition), offset: Offset(record.offset), key: record.key,
            value: record.value)
    }

    public func envelope(_ index: Int) -> Envelope { Envelope(batch[index]) }

    public func timestampMs(_ index: Int) -> Int64? {
        let timestampMs = consumer.batch[index].timestampMs
        return timestampMs < 0 ? nil : timestampMs
    }

    public func assign(_ starts: [PartitionPosition]) throws(SessionFailure) {
        do throws(KafkaError) { try consumer.assign(starts.map(\.kafka)) } catch { throw failure(error) }
    }

    public func unassign() throws(SessionFailure) {
        do throws(KafkaError) { try consumer.unassign() } catch { throw failure(error) }
    }

    public func rewind(to positions: [PartitionPosition]) throws(SessionFailure) {
        do throws(KafkaError) { try consumer.rewind(to: positions.map(\.kafka)) } catch {
            throw failure(error)
        }
    }

    // MARK: Transactions

    public func prepareTransactions() throws(SessionFailure) {
        do throws(KafkaError) {
            if producer == nil { producer = try TransactionalProducer(client, settings.producer) }
        } catch {
            throw .fatal(error.description)
        }
        let producer = try openProducer()
        do throws(TransactionFailure) {
            try producer.initTransactions(deadlineMs: settings.deadlineMs)
        } catch {
            throw settings.producer.refusal(of: error.error).map { .misconfigured($0) } ?? failure(error)
        }
    }

    public func begin() throws(SessionFailure) {
        try transact { (producer) throws(TransactionFailure) in try producer.begin() }
    }

    public func send(_ message: OutgoingMessage) throws(SessionFailure) {
        let producer = try openProducer()
        let known = topicHandles[message.topic]
        let handle = if let known { known } else { try makeHandle(message.topic, producer) }
        do throws(TransactionFailure) {
            try producer.produce(
                handle, partition: message.partition?.rawValue, key: message.key, value: message.value,
                headers: message.envelope?.headers.map { Header($0.name, $0.value) } ?? [],
                timestampMs: message.envelope?.timestampMs)
        } catch {
            throw failure(error)
        }
    }

    private func makeHandle(
        _ topic: Topic, _ producer: TransactionalProducer
    ) throws(SessionFailure) -> TopicHandle {
        let name = try name(topic)
        do throws(KafkaError) {
            let handle = try producer.topic(name)
            topicHandles[topic] = handle
            return handle
        } catch {
            throw .fatal(error.description)
        }
    }

    public func sendOffsets(_ positions: [PartitionPosition]) throws(SessionFailure) {
        let metadata: GroupMetadata
        do throws(KafkaError) { metadata = try consumer.groupMetadata() } catch { throw failure(error) }
        let topic = try name(.input)
        try transact { (producer) throws(TransactionFailure) in
            try producer.sendOffsets(positions.map(\.kafka), of: topic, as: metadata, deadlineMs: settings.deadlineMs)
        }
    }

    public func startCommit() throws(SessionFailure) {
        try transact { (producer) throws(TransactionFailure) in
            try producer.startCommit(deadlineMs: max(settings.deadlineMs, settings.producer.transactionTimeoutMs))
        }
    }

    public func finishCommit() throws(SessionFailure) {
        try transact { (producer) throws(TransactionFailure) in try producer.finishCommit() }
    }

    public func abort() throws(SessionFailure) {
        try transact { (producer) throws(TransactionFailure) in
            try producer.abort(deadlineMs: settings.deadlineMs)
        }
    }

    public func discardProducer() {
        topicHandles = [:]
        producer?.close(deadlineMs: settings.closeMs)
        producer = nil
    }

    private func openProducer() throws(SessionFailure) -> TransactionalProducer {
        guard let producer else { throw .fatal("a transaction was begun before the producer was prepared") }
        return producer
    }

    private func transact(
        _ body: (TransactionalProducer) throws(TransactionFailure) -> Void
    ) throws(SessionFailure) {
        let producer = try openProducer()
        do throws(TransactionFailure) { try body(producer) } catch { throw failure(error) }
    }
}

extension PartitionPosition {
    var kafka: PartitionOffset { PartitionOffset(partition.rawValue, offset.rawValue) }
}

/// The worker as the daemon runs it; named here so that it is compiled for Kafka and not left generic.
public typealias KafkaWorker = Worker<KafkaSession>
