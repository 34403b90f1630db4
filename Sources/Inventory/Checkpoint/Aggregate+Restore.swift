/// An entry as a checkpoint stores it.
public struct StoredEntry: Equatable, Sendable {
    public var pair: Pair
    public var stock: Int64
    public var lastUpdated: Timestamp
    /// 0 for a pair that has no row (its only events were rejected or rolled back).
    public var events: UInt32

    public init(pair: Pair, stock: Int64, lastUpdated: Timestamp, events: UInt32) {
        self.pair = pair
        self.stock = stock
        self.lastUpdated = lastUpdated
        self.events = events
    }
}

// MARK: Looking

extension Aggregate {
    /// Stock entries in one checkpoint record.
    public static var entriesPerBucket: Int { BucketSet.entriesPerBucket }

    /// The entries of all pairs that have events.
    public func forEachEntry(_ body: (StoredEntry) -> Void) {
        for index in 0..<table.count where table.entries[index].events > 0 {
            body(image(table.entries[index]))
        }
    }

    /// The entry of a pair, nil when it has no events.
    public func entry(of pair: Pair) -> StoredEntry? {
        guard let entryIndex = table.find(pair.rawValue), table.entries[Int(entryIndex)].events > 0 else {
            return nil
        }
        return image(table.entries[Int(entryIndex)])
    }

    /// The level of the pair's alert, nil when it has none.
    public func level(of pair: Pair) -> AlertLevel? { table.find(pair.rawValue).flatMap { level($0) } }

    func image(_ entry: StockEntry) -> StoredEntry {
        StoredEntry(
            pair: Pair(rawValue: entry.pair), stock: entry.stock,
            lastUpdated: Timestamp(microseconds: entry.lastUpdated), events: entry.events)
    }
}

// MARK: Reading

extension Aggregate {
    /// Restores a bucket of entries. The aggregate is fit for use only after `finishRestoringEntries`.
    public mutating func restore(bucket: UInt32, entries: [StoredEntry]) {
        let first = Int(bucket) * Self.entriesPerBucket
        for (index, image) in entries.prefix(Self.entriesPerBucket).enumerated() {
            var entry = StockEntry(pair: image.pair.rawValue)
            entry.stock = image.stock
            entry.events = image.events
            entry.lastUpdated = image.lastUpdated.microseconds
            table.restore(entry, at: first + index)
        }
    }

    /// Makes the restored entries findable and joins them with the reference tables.
    public mutating func finishRestoringEntries() {
        table.rebuildIndex()
        productHeads.removeAll()
        names.removeAll()
        for entryIndex in 0..<table.count {
            let pair = Pair(rawValue: table.entries[entryIndex].pair)
            let (product, next) = (pair.product, productHeads[pair.product])
            names.add(pair, productIsNew: next == nil)
            table.details[entryIndex].nextOfProduct = next ?? StockEntry.none
            productHeads[product] = UInt32(entryIndex)
            refresh(UInt32(entryIndex))
        }
        if outputs.stockLevels { stockFingerprints = Array(repeating: 0, count: table.count) }
    }

    /// Forgets restored entries beyond the count of the checkpoint: a rebuild has deleted their records.
    /// `finishRestoringEntries` must follow.
    public mutating func truncate(toPairs count: Int) { table.truncate(to: count) }

    /// Restores the remembered event ids of an input partition from the checkpoint's summary and its records.
    /// - Returns: whether the counts match the checkpoint.
    public mutating func restoreIDs(input: Int, _ summary: DedupeSummary, _ buckets: [IDBucket]) -> Bool {
        let window = windows[input].window
        (windows + input).pointee = DedupeWindow(window: window, summary: summary)
        for bucket in buckets { windows[input].restore(bucket) }
        return windows[input].finishRestoring()
    }

    /// Restores what was published of a pair's alert.
    public mutating func restore(_ alert: PublishedAlert, of pair: Pair) {
        publishedAlerts[publishedIndex(table.find(pair.rawValue) ?? add(pair))] = alert
    }

    /// Restores the fingerprint of a pair's published stock row.
    public mutating func restore(stockFingerprint: UInt64, of pair: Pair) {
        guard outputs.stockLevels else { return }
        stockFingerprints[Int(table.find(pair.rawValue) ?? add(pair))] = stockFingerprint
    }

    /// Restores the fingerprint of a product's published rollup row.
    public mutating func restore(rollupFingerprint: UInt64, of product: ProductID) {
        guard outputs.rollup else { return }
        rollupFingerprints[product] = rollupFingerprint
    }
}
