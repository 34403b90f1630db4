/// How a producer behaves; every time is in the unit its name ends with.
public struct ProducerSettings: Sendable {
    /// Nil makes an idempotent producer without transactions: a sender of orders, in the demo and in tests.
    public var transactionalID: String?
    /// The broker aborts a transaction that is older; also how long a dead producer can hold back readers.
    public var transactionTimeoutMs: Int32 = 10_000
    /// How long a message may wait for others before it is sent.
    public var lingerMs: Int32 = 0
    /// Bound of the memory for messages that are not delivered yet.
    public var queuedKilobytes: Int32 = 65_536

    public init(transactionalID: String?) { self.transactionalID = transactionalID }
}
