public import Inventory

/// What a worker needs of Kafka, by role. One worker drives one session from one thread. The daemon has Kafka behind
/// it, the tests a simulated cluster. Every call returns within a deadline of its own.
public protocol Session: InputConsumer, TransactionalProducing, TopicSource {}

public protocol SessionClock: AnyObject {
    /// Milliseconds of a clock that never goes back.
    var nowMs: Int64 { get }
    /// Waits before something is tried again.
    func pause(ms: Int64)
}

/// The input topic, read as a member of the consumer group.
public protocol InputConsumer: SessionClock {
    /// Fetches what is there, waiting for the first record only.
    ///
    /// A change of the group's assignment comes as a value between batches and must be answered, with
    /// `assign` or `unassign`, before the next poll.
    func poll(maxRecords: Int, waitMs: Int64) throws(SessionFailure) -> Polled
    /// Whether more records are known than `poll` has returned.
    var hasMore: Bool { get }
    /// The offset behind everything that `poll` has returned or passed over of an assigned partition, control records
    /// included. Nil at first.
    func position(_ partition: Partition) -> Offset?
    /// A record of the last batch; its bytes live until the next call of the consumer.
    func record(_ index: Int) -> TopicRecord
    /// What a dead letter repeats of a record of the last batch.
    func envelope(_ index: Int) -> Envelope
    /// When a record of the last batch was written, in milliseconds since the epoch; nil when the broker does
    /// not say.
    func timestampMs(_ index: Int) -> Int64?
    /// Starts fetching the partitions from these offsets.
    func assign(_ starts: [PartitionPosition]) throws(SessionFailure)
    /// Gives up all partitions.
    func unassign() throws(SessionFailure)
    /// Goes back to these offsets; what was fetched and not delivered is dropped.
    ///
    /// While a change of the assignment is unanswered nothing is moved, and the partitions have no position until
    /// they are assigned again.
    func rewind(to positions: [PartitionPosition]) throws(SessionFailure)
}

/// Transactions that hold messages and the group's offsets.
public protocol TransactionalProducing: SessionClock {
    /// Ends whatever a predecessor with the same transactional id left open, and fences it.
    func prepareTransactions() throws(SessionFailure)
    func begin() throws(SessionFailure)
    func send(_ message: OutgoingMessage) throws(SessionFailure)
    /// Makes input offsets part of the open transaction; the group's generation is checked with them.
    ///
    /// Call it before anything is sent: right after a commit Kafka refuses the next transaction for a moment, and the
    /// client retries offsets sooner than topics.
    func sendOffsets(_ positions: [PartitionPosition]) throws(SessionFailure)
    /// Begins to commit what was sent since `begin`, the offsets included. Until `finishCommit` only the input may
    /// be polled, once.
    func startCommit() throws(SessionFailure)
    /// Waits for the outcome of the commit that was started.
    func finishCommit() throws(SessionFailure)
    func abort() throws(SessionFailure)
    /// Discards the producer after an unknown outcome; `prepareTransactions` follows.
    func discardProducer()
}

/// Topics that are read without the group, and what is known of them.
public protocol TopicSource: SessionClock {
    associatedtype Reader: TopicReader

    /// The group's committed offsets, none of them still part of an open transaction.
    func committed(_ partitions: [Partition]) throws(SessionFailure) -> [Partition: Offset]
    /// How many partitions the topic has; nil when it does not exist.
    func partitionCount(_ topic: Topic) throws(SessionFailure) -> Int?
    /// The first offset the topic still holds and the one its next record will get, open transactions
    /// included.
    func bounds(_ topic: Topic, _ partition: Partition) throws(SessionFailure) -> Range<Offset>
    /// The offset of the first input record at or after an instant, or the end.
    func offset(at time: Timestamp, _ partition: Partition) throws(SessionFailure) -> Offset
    /// Reads stretches of a topic's partitions side by side as `read_committed`.
    func reader(_ topic: Topic, _ spans: [TopicSpan]) throws(SessionFailure) -> Reader
    /// Follows a topic's partitions from these offsets as `read_committed`; it never comes to an end.
    func follower(_ topic: Topic, _ starts: [PartitionPosition]) throws(SessionFailure) -> Reader
}

/// Reads stretches of partitions; the records of one keep their order.
public protocol TopicReader: AnyObject {
    /// Fetches the next records; nil when every stretch was read to its end, 0 when none came in time.
    func poll(waitMs: Int64) throws(SessionFailure) -> Int?
    /// A record of the last batch; its bytes live until the next poll.
    func record(_ index: Int) -> TopicRecord
    /// What a dead letter repeats of a record of the last batch.
    func envelope(_ index: Int) -> Envelope
    /// When a record of the last batch was written, in milliseconds since the epoch; nil when the broker does not say.
    func timestampMs(_ index: Int) -> Int64?
    var progress: ReadProgress { get }
}
