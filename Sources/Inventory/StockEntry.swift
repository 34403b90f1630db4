/// The state of one pair: all that an event touches, in half a cache line of 32 bytes.
struct StockEntry {
    /// `Pair.packed`.
    var pair: UInt64
    var stock: Int64 = 0
    /// Microseconds; meaningless while `events` is 0.
    var lastUpdated: Int64 = .min
    /// Events applied, sticky at its maximum: only "at least one" is ever asked.
    var events: UInt32 = 0
    /// Where the journal of the open transaction holds this entry's before-image, if it does.
    var journalIndex: UInt32 = StockEntry.none

    static let none = UInt32.max

    /// In the place of an entry that a checkpoint should hold and does not; no pair's own is ever so.
    static let unnamed = StockEntry(pair: 0, lastUpdated: .max)

    /// To be found by no pair: many would have one bucket in the index.
    var isUnnamed: Bool { pair == 0 && events == 0 && lastUpdated == .max }
}

/// What of a pair is asked for only when its rows are derived.
struct EntryDetail {
    /// The next entry of the same product, so that a rollup walks only its own entries.
    var nextOfProduct: UInt32 = StockEntry.none
    /// The product's threshold; the least number, which no stock of this range is below, without `.alertable`.
    var threshold: Int32 = .min
    /// The flags in the two highest bits, the index of the published alert in the others.
    private var packed = Self.noEntry

    /// More entries than this could not be numbered.
    static let noEntry = UInt32.max >> 2

    init(nextOfProduct: UInt32 = StockEntry.none) { self.nextOfProduct = nextOfProduct }

    /// Where the published alerts hold this pair's, if they do.
    var publishedIndex: UInt32 {
        get { packed & Self.noEntry == Self.noEntry ? StockEntry.none : packed & Self.noEntry }
        set { packed = packed & ~Self.noEntry | newValue & Self.noEntry }
    }

    var flags: Flags {
        get { Flags(rawValue: packed >> 30) }
        set { packed = packed & Self.noEntry | newValue.rawValue << 30 }
    }

    struct Flags: OptionSet {
        let rawValue: UInt32
        /// Product and warehouse are known: the pair has a row in the views once it has an event.
        static let known = Flags(rawValue: 1)
        /// Known, and the product has a threshold.
        static let alertable = Flags(rawValue: 2)
    }

    /// The level of the pair's row in `low_stock_alerts` with such a stock, nil when it has none.
    @inline(__always)
    func level(stock: Int64, events: UInt32) -> AlertLevel? {
        guard stock < Int64(threshold), events > 0, flags.contains(.alertable) else { return nil }
        return AlertLevel(stock: stock, threshold: threshold)
    }
}
