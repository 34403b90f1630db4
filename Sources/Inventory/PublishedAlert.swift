/// What was last published of a pair's alert. It is remembered so that each change appears exactly once.
public struct PublishedAlert: Hashable, Sendable {
    /// Nil when the alert was resolved.
    public var level: AlertLevel?
    /// The `oversold_units` of the last message; 0 unless the level is oversold. Where only levels are
    /// published the stock may have changed since.
    public var oversoldUnits: UInt64
    /// Goes up by one at each `raised`; it outlives the alert.
    public var incident: UInt32
    /// The row's `last_updated` when the present incident was raised.
    public var since: Timestamp
    /// The fingerprint of every column of the published row; 0 where only levels are published.
    public var fingerprint: UInt64

    public init(
        level: AlertLevel? = nil, oversoldUnits: UInt64 = 0, incident: UInt32 = 0,
        since: Timestamp = Timestamp(microseconds: 0), fingerprint: UInt64 = 0
    ) {
        self.level = level
        self.oversoldUnits = oversoldUnits
        self.incident = incident
        self.since = since
        self.fingerprint = fingerprint
    }
}
