/// What the open transaction changed, as before-images: the difference to publish, and the way back. The seen
/// ids keep their own.
struct Journal: ~Copyable {
    struct Touched {
        var slot: UInt32
        var events: UInt32
        /// The newest event of this transaction that shaped the cell.
        var partition: Int32
        var offset: Int64
        var stock: Int64
        var lastUpdated: Int64
    }

    struct Ledgered {
        var slot: UInt32
        var before: LedgerEntry
    }

    struct Moved {
        var key: MovementKey
        var before: Movement
    }

    var touched: [Touched] = []
    var moved: [Moved] = []
    /// Events that were not known before.
    var added: [MovementKey] = []
    var truncated: [RowVersion?] = []
    var ledger: [Ledgered] = []
    var stockPrints: [(slot: UInt32, before: UInt64)] = []
    var rollupPrints: [(product: ProductID, before: UInt64)] = []

    mutating func clear() {
        touched.empty()
        moved.empty()
        added.empty()
        truncated.empty()
        ledger.empty()
        stockPrints.empty()
        rollupPrints.empty()
    }
}

extension Array {
    /// Keeps the memory for as many elements again, unless there is far more of it than was needed this time: a
    /// backlog works in transactions of up to 1,000,000 events, and what follows it needs a thousandth of that.
    mutating func empty() {
        removeAll(keepingCapacity: capacity < 65_536 || count > capacity / 64)
    }
}

/// What was last published of a pair's alert: the memory that makes each change appear exactly once.
public struct LedgerEntry: Equatable, Sendable {
    /// Nil when the alert was resolved.
    public var severity: Severity?
    /// Goes up by one at each `raised`; it outlives the alert.
    public var incident: UInt32
    /// The row's `last_updated` when the present incident was raised.
    public var since: Timestamp
    /// A digest of every column of the published row; 0 where only severities are published.
    public var fingerprint: UInt64

    public init(
        severity: Severity? = nil, incident: UInt32 = 0, since: Timestamp = Timestamp(microseconds: 0),
        fingerprint: UInt64 = 0
    ) {
        self.severity = severity
        self.incident = incident
        self.since = since
        self.fingerprint = fingerprint
    }
}
