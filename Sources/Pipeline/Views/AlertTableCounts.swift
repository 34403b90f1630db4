/// How the table `alert_changes` in PostgreSQL fares, for metrics.
public struct AlertTableCounts: Equatable, Sendable {
    /// This process writes the table; of several one does.
    public var isWriter = false
    public var rows = 0
    /// Messages of the alert topic that are none of stockd's.
    public var skipped = 0
    /// Offsets that the topic no longer held when they were to be read.
    public var lost: Int64 = 0
    public var failures = 0
    /// When the table was last known to hold every message, or to be written by another process, in monotonic
    /// microseconds; nil before.
    public var currentAt: Int64?

    public init() {}
}
