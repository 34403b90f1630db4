/// The state of one pair: all that an event touches, in 32 bytes, half a cache line.
struct StockEntry {
    /// `Pair.rawValue`.
    var pair: UInt64
    var stock: Int64 = 0
    /// Microseconds; meaningless while `events` is 0.
    var lastUpdated: Int64 = .min
    /// Events applied; plain events stop counting at the maximum.
    var events: UInt32 = 0
    /// The index of this entry's before-image in the journal, if the open transaction touched it.
    var journalIndex: UInt32 = StockEntry.none

    static let none = UInt32.max

    /// Stands in for an entry that the checkpoint lacks. No pair's own entry equals it.
    static let unnamed = StockEntry(pair: 0, lastUpdated: .max)

    /// Whether the index leaves it out: many such entries would share one bucket.
    var isUnnamed: Bool { pair == 0 && events == 0 && lastUpdated == .max }
}

/// What is read of a pair only when its rows are derived.
struct EntryDetail {
    /// The next entry of the same product, so that a rollup walks only its own entries.
    var nextOfProduct: UInt32 = StockEntry.none
    /// The pair's threshold; without `.alertable` the least number, which hardly any stock is below.
    var threshold: Int32 = .min
    /// The flags in the two highest bits, the index of the published alert in the others.
    private var packed = Self.noEntry

    /// Stands for no published alert. There can be no more entries than this.
    static let noEntry = UInt32.max >> 2

    init(nextOfProduct: UInt32 = StockEntry.none) { self.nextOfProduct = nextOfProduct }

    /// The index of the pair's published alert, if it has one.
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
        /// Known, and the pair has a threshold.
        static let alertable = Flags(rawValue: 2)
    }

    /// The threshold of a pair that is known.
    var reorderThreshold: Int32? { flags.contains(.alertable) ? threshold : nil }

    /// The level of the pair's row in `low_stock_alerts` with such a stock, nil when it has none.
    @inline(__always)
    func level(stock: Int64, events: UInt32) -> AlertLevel? {
        guard stock < Int64(threshold), events > 0, flags.contains(.alertable) else { return nil }
        return AlertLevel(stock: stock, threshold: threshold)
    }
}
