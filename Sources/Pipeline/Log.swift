public import Inventory

/// What a worker needs of Kafka: a log that is polled, and transactions that commit.
///
/// One worker drives one log from one thread; nothing here may be called from another. Kafka stands behind
/// it in the daemon, a simulated cluster in the tests. Every call returns within a deadline of its own.
public protocol Log: AnyObject {
    associatedtype Reader: LogReader

    /// Milliseconds of a clock that never goes back.
    var nowMs: Int64 { get }
    /// Waits before something is tried again.
    func pause(ms: Int64)

    // MARK: The input topic, as a member of the consumer group

    /// Fetches what is there, waiting for the first record only.
    ///
    /// A change of the group's assignment comes as a value between batches and must be answered, with
    /// `assign` or `unassign`, before the next poll.
    func poll(maxRecords: Int, waitMs: Int64) throws(LogFailure) -> Polled
    /// More records are known to be there than `poll` has returned.
    var hasMore: Bool { get }
    /// The offset behind everything of an assigned partition that `poll` has returned or passed over: behind
    /// control records, too. Nil before anything was.
    func position(_ partition: Partition) -> Offset?
    /// A record of the last batch; its bytes live until the next call of the log.
    func record(_ index: Int) -> LogRecord
    /// What a dead letter repeats of a record of the last batch.
    func envelope(_ index: Int) -> Envelope
    /// When a record of the last batch was written, in milliseconds since the epoch; nil when the broker does
    /// not say.
    func timestampMs(_ index: Int) -> Int64?
    /// Starts fetching the partitions from these offsets.
    func assign(_ starts: [PartitionPosition]) throws(LogFailure)
    /// Gives up all partitions.
    func unassign() throws(LogFailure)
    /// Goes back to these offsets; what was fetched and not delivered is dropped.
    ///
    /// While a change of the assignment waits for its answer nothing is moved, and the partitions have no position
    /// until they are assigned again.
    func rewind(to positions: [PartitionPosition]) throws(LogFailure)
    /// The group's committed offsets, none of them still part of an open transaction.
    func committed(_ partitions: [Partition]) throws(LogFailure) -> [Partition: Offset]
    /// How many partitions the topic has; nil when it does not exist.
    func partitionCount(_ topic: Topic) throws(LogFailure) -> Int?
    /// The first offset the topic still holds and the one its next record will get, open transactions
    /// included.
    func bounds(_ topic: Topic, _ partition: Partition) throws(LogFailure) -> Range<Offset>
    /// The offset of the first record at or after an instant, or the end.
    func offset(at time: Timestamp, _ partition: Partition) throws(LogFailure) -> Offset

    // MARK: Transactions

    /// Ends whatever a predecessor with the same transactional id left open, and fences it.
    func prepareTransactions() throws(LogFailure)
    func begin() throws(LogFailure)
    func send(_ message: OutgoingMessage) throws(LogFailure)
    /// Waits until everything sent since `begin` is acknowledged; asked only without transactions.
    func awaitAcknowledgements() throws(LogFailure)
    /// Makes input offsets part of the open transaction; the group's generation is checked with them.
    ///
    /// To be called before anything is sent: right after a commit Kafka refuses the next transaction for a
    /// moment, and the client asks again soon when it was about offsets, but late when it was about topics.
    func sendOffsets(_ positions: [PartitionPosition]) throws(LogFailure)
    /// Begins to commit what was sent since `begin`, the offsets included. Until `finishCommit` only the input may
    /// be polled, once.
    func startCommit() throws(LogFailure)
    /// Waits for the outcome of the commit that was started.
    func finishCommit() throws(LogFailure)
    func abort() throws(LogFailure)
    /// Throws the producer away, after an outcome that cannot be known; `prepareTransactions` follows.
    func discardProducer()

    // MARK: Reading without the group

    /// Reads stretches of a topic's partitions side by side as `read_committed`.
    func reader(_ topic: Topic, _ spans: [LogSpan]) throws(LogFailure) -> Reader
    /// Follows a topic's partitions from these offsets as `read_committed`; it never comes to an end.
    func follower(_ topic: Topic, _ starts: [PartitionPosition]) throws(LogFailure) -> Reader
}

/// A stretch of one partition: from an offset or its beginning, up to an offset or the end that stands now,
/// open transactions included: their outcome is waited for.
public struct LogSpan: Equatable, Sendable {
    public var partition: Partition
    public var from: Offset?
    public var to: Offset?

    public init(_ partition: Partition, from: Offset? = nil, to: Offset? = nil) {
        self.partition = partition
        self.from = from
        self.to = to
    }
}

/// Reads stretches of partitions; the records of one keep their order.
public protocol LogReader: AnyObject {
    /// Fetches the next records; nil when every stretch was read to its end, 0 when none came in time.
    func poll(waitMs: Int64) throws(LogFailure) -> Int?
    /// A record of the last batch; its bytes live until the next poll.
    func record(_ index: Int) -> LogRecord
    /// What a dead letter repeats of a record of the last batch.
    func envelope(_ index: Int) -> Envelope
    /// When a record of the last batch was written, in milliseconds since the epoch; nil when the broker does
    /// not say.
    func timestampMs(_ index: Int) -> Int64?
    var progress: ReadProgress { get }
}

/// How many offsets were passed, of how many.
public struct ReadProgress: Equatable, Sendable {
    public var done: Int64
    public var total: Int64

    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// The topics a worker touches, by what they are for.
public enum Topic: Sendable, Hashable {
    case input, state, alerts, deadLetters, stockLevels, rollup, products, warehouses

    /// The setting that names it.
    var key: String {
        switch self {
        case .input: "input.topic"
        case .state: "state.topic"
        case .alerts: "alerts.topic"
        case .deadLetters: "dead_letters.topic"
        case .stockLevels: "outputs.stock_levels.topic"
        case .rollup: "outputs.rollup.topic"
        case .products: "reference.products.topic"
        case .warehouses: "reference.warehouses.topic"
        }
    }
}

/// What a poll brought.
public enum Polled: Equatable, Sendable {
    /// So many records, readable by index until the next call.
    case records(Int)
    /// Nothing within the wait.
    case idle
    case assigned([Partition])
    case revoked([Partition])
    /// The partitions belong to others already: nothing of them may be committed.
    case lost([Partition])
}

/// A record as it lies in the client's buffer.
public struct LogRecord {
    public var partition: Partition
    public var offset: Offset
    public var key: UnsafeRawBufferPointer?
    /// Nil for a tombstone.
    public var value: UnsafeRawBufferPointer?

    @inlinable public init(
        partition: Partition, offset: Offset, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
    }
}

/// A record's headers and time, which only dead letters need.
public struct Envelope: Sendable {
    public var headers: [(name: String, value: [UInt8]?)]
    /// Milliseconds since the epoch; nil when the broker gave none.
    public var timestampMs: Int64?

    public init(headers: [(name: String, value: [UInt8]?)] = [], timestampMs: Int64? = nil) {
        self.headers = headers
        self.timestampMs = timestampMs
    }
}

/// The next offset to read of a partition.
public struct PartitionPosition: Equatable, Sendable {
    public var partition: Partition
    public var offset: Offset

    public init(_ partition: Partition, _ offset: Offset) {
        self.partition = partition
        self.offset = offset
    }
}

/// A message to send; its bytes are copied before `send` returns.
public struct OutgoingMessage {
    public var topic: Topic
    /// Nil lets the key's hash decide, as Java's producer does.
    public var partition: Partition?
    public var key: UnsafeRawBufferPointer?
    /// Nil for a tombstone.
    public var value: UnsafeRawBufferPointer?
    public var envelope: Envelope?

    public init(
        topic: Topic, partition: Partition? = nil, key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?, envelope: Envelope? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.envelope = envelope
    }
}

/// Why a call of the log failed, in the terms that decide what to do next.
public enum LogFailure: Error, Equatable, Sendable {
    /// Nothing happened; the same call may work later.
    case unavailable(String)
    /// The open transaction cannot commit; abort it and do its work again.
    case mustAbort(String, reason: AbortReason = .other)
    /// Nobody can say whether the transaction committed.
    case indefinite(String)
    /// Another producer with the transactional id, or a newer generation of the group, has taken over.
    case fenced(String)
    /// The input topic is not there, or was not for a moment: what comes under its name may be another log.
    case topicGone(String)
    /// The log does not hold the offset that was asked for.
    case offsetOutOfRange(Partition, String)
    /// What was found in Kafka does not fit the configuration; only an operator can say what is meant.
    case misconfigured(String)
    /// This process cannot go on.
    case fatal(String)

    /// What made a transaction impossible to commit, where the answer depends on it.
    public enum AbortReason: Equatable, Sendable {
        case other
        /// A message is larger than its topic takes.
        case messageTooLarge
        /// A message's timestamp is further from the broker's time than its topic takes.
        case timestampRefused
    }

    /// The sentence to log.
    public var message: String {
        switch self {
        case .unavailable(let text), .mustAbort(let text, _), .indefinite(let text), .fenced(let text),
            .topicGone(let text), .offsetOutOfRange(_, let text), .misconfigured(let text), .fatal(let text):
            text
        }
    }
}

extension LogReader {
    public func timestampMs(_ index: Int) -> Int64? { envelope(index).timestampMs }
}

extension Log {
    public func timestampMs(_ index: Int) -> Int64? { envelope(index).timestampMs }

    /// A log that acknowledges each message as it takes it has nothing to wait for.
    public func awaitAcknowledgements() throws(LogFailure) {}
}
