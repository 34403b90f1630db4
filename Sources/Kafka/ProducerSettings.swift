/// How a producer behaves; every time is in the unit its name ends with.
public struct ProducerSettings: Sendable {
    /// Nil makes an idempotent producer without transactions, for at-least-once delivery.
    public var transactionalID: String?
    /// The broker aborts a transaction that is older; also how long a dead producer can hold back readers.
    public var transactionTimeoutMs: Int32 = 10_000
    /// How long a message may wait for others before it is sent.
    public var lingerMs: Int32 = 0
    /// Right after a commit the coordinator refuses the next transaction for a moment: short makes it quick.
    public var retryBackoffMs: Int32 = 1
    /// Bound of the memory for messages that are not delivered yet.
    public var queuedKilobytes: Int32 = 65_536
    /// How long `produce` waits for room in a full queue before it gives up.
    public var queueFullLimitMs: Int32 = 10_000

    public init(transactionalID: String?) { self.transactionalID = transactionalID }
}
