/// The state of one pair, and what consolidation needs to judge it without another look-up. 48 bytes.
struct Cell {
    /// `Pair.packed`.
    var pair: UInt64
    var stock: Int64 = 0
    /// Microseconds; meaningless while `events` is 0.
    var lastUpdated: Int64 = .min
    /// Events applied, sticky at its maximum: only "at least one" is ever asked.
    var events: UInt32 = 0
    /// The next cell of the same product, so that a rollup walks only its own cells.
    var nextOfProduct: UInt32 = Cell.none
    /// Where the journal of the open transaction holds this cell's before-image, if it does.
    var journalIndex: UInt32 = Cell.none
    /// This pair's entry in the published-alerts ledger.
    var ledgerIndex: UInt32 = Cell.none
    /// The product's threshold, valid only with `.alertable`.
    var threshold: Int32 = 0
    var flags: Flags = []

    static let none = UInt32.max

    struct Flags: OptionSet {
        let rawValue: UInt32
        /// Product and warehouse are known: the pair has a row in the views once it has an event.
        static let known = Flags(rawValue: 1)
        /// Known, and the product has a threshold.
        static let alertable = Flags(rawValue: 2)
    }

    /// Whether the pair has a row in `current_stock_levels`.
    var isVisible: Bool { events > 0 && flags.contains(.known) }

    /// The severity of the pair's row in `low_stock_alerts`, nil when it has none.
    var severity: Severity? {
        guard events > 0, flags.contains(.alertable) else { return nil }
        return Severity(stock: stock, threshold: threshold)
    }
}

/// The place of a pair's cell in its table; it never changes while the table lives.
public struct Slot: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
