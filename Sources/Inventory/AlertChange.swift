/// What happened to an alert between two commits.
public enum ChangeKind: UInt8, Sendable, CaseIterable {
    case raised = 1
    case escalated
    case eased
    case updated
    case resolved

    /// The name in messages, `RAISED` for one.
    public var name: String {
        switch self {
        case .raised: "RAISED"
        case .escalated: "ESCALATED"
        case .eased: "EASED"
        case .updated: "UPDATED"
        case .resolved: "RESOLVED"
        }
    }
}

/// The newest event that shaped a change.
public struct Source: Equatable, Sendable {
    public var partition: Partition
    public var offset: Offset

    @inlinable public init(partition: Partition, offset: Offset) {
        self.partition = partition
        self.offset = offset
    }
}

/// The net difference of one pair's alert between the last published row and the row at a commit.
public struct AlertChange: Equatable, Sendable {
    public var kind: ChangeKind
    public var pair: Pair
    /// The current row. Nil when it is gone, because its product or warehouse is not known any more or its pair has
    /// no events left; the change is then a `resolved`.
    public var row: StockRow?
    /// The level now; nil when resolved.
    public var level: AlertLevel?
    /// The last published level; nil when raised.
    public var previousLevel: AlertLevel?
    /// The last published `oversold_units`: 0 when it was not oversold, nil when raised.
    public var previousOversoldUnits: UInt64?
    /// The row's `last_updated` when the present incident was raised.
    public var since: Timestamp
    /// Goes up by one at each `raised` of this pair.
    public var incident: UInt32
    /// Nil when reference data made the change.
    public var source: Source?

    public init(
        kind: ChangeKind, pair: Pair, row: StockRow?, level: AlertLevel?, previousLevel: AlertLevel?,
        previousOversoldUnits: UInt64?, since: Timestamp, incident: UInt32, source: Source?
    ) {
        self.kind = kind
        self.pair = pair
        self.row = row
        self.level = level
        self.previousLevel = previousLevel
        self.previousOversoldUnits = previousOversoldUnits
        self.since = since
        self.incident = incident
        self.source = source
    }

    /// The `alert_severity` now; nil when resolved.
    public var severity: Severity? { level?.severity }

    /// The last published `alert_severity`; nil when raised.
    public var previousSeverity: Severity? { previousLevel?.severity }
}
