/// How the tables in PostgreSQL fare, for metrics.
public struct TableCounts: Equatable, Sendable {
    public var isConnected = false
    /// Transactions that were committed and wrote something.
    public var transactions = 0
    /// Shards that were written whole.
    public var fills = 0
    /// Rows that were inserted, updated or deleted.
    public var rows = 0
    public var failures = 0
    /// Shards whose rows are not known to be right yet.
    public var shardsBehind = 0
    /// Shards that a later owner of their partitions writes.
    public var shardsReplaced = 0
    /// Only a person can put it right.
    public var isRefused = false
    /// When the tables last held all that was committed, in monotonic microseconds; nil before.
    public var currentAt: Int64?

    public init() {}
}
