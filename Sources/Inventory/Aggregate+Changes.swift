/// One message to publish, and what the state must remember of it.
public enum OutputChange: Sendable {
    case alert(AlertChange, PublishedAlert)
    /// A row of `current_stock_levels`, nil when it is gone, and its fingerprint.
    case stock(Pair, StockRow?, fingerprint: UInt64)
    /// A row of `multi_warehouse_inventory`, nil when it is gone, and its fingerprint.
    case rollup(ProductID, RollupRow?, fingerprint: UInt64)
}

extension Aggregate {
    /// Hands out the net difference between the published rows and the current ones, each change once.
    ///
    /// Each change counts as published at once; `rollback` undoes that. A second call in the same transaction hands
    /// out only what changed since the first.
    public mutating func consolidate<Failure: Error>(
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        try deriveTouched(emit)
        for entryIndex in isWholePending ? Array(0..<UInt32(table.count)) : pending {
            try deriveAlert(entryIndex, nil, emit)
            if outputs.stockLevels { try deriveStock(entryIndex, emit) }
        }
        if outputs.rollup { try deriveRollups(emit) }
    }

    private mutating func deriveTouched<Failure: Error>(
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let everyOne = mustDeriveEveryTouched
        for index in 0..<journal.touched.count {
            lookAhead(toTouched: index + Self.touchedAhead)
            let touched = journal.touched[index]
            guard everyOne || mayHaveChanged(touched) else {
                assert(level(touched.entryIndex) == nil && published(touched.entryIndex)?.level == nil)
                continue
            }
            let source = Source(partition: Partition(touched.partition), offset: Offset(touched.offset))
            try deriveAlert(touched.entryIndex, source, emit)
            if outputs.stockLevels { try deriveStock(touched.entryIndex, emit) }
        }
    }

    /// Whether an entry's before-image is not enough to tell if its alert changed.
    private var mustDeriveEveryTouched: Bool {
        outputs.emit == .row || outputs.stockLevels || isWholePending || !pending.isEmpty
            // An earlier call in this transaction published changes, so the published alerts are newer than
            // before-images.
            || !journal.published.isEmpty
    }

    /// After a commit every entry's published level is its level. So an entry that alerts neither now nor in its
    /// before-image has nothing to publish, and its published alert need not be read.
    @inline(__always)
    private func mayHaveChanged(_ touched: Journal.Touched) -> Bool {
        let (entry, detail) = (table.entries[Int(touched.entryIndex)], table.details[Int(touched.entryIndex)])
        return detail.level(stock: entry.stock, events: entry.events) != nil
            || detail.level(stock: touched.stock, events: touched.events) != nil
    }

    /// How many entries ahead an entry is read, so that it is in the cache when its turn comes.
    private static var touchedAhead: Int { 16 }

    @inline(__always)
    private mutating func lookAhead(toTouched index: Int) {
        guard index < journal.touched.count else { return }
        let entryIndex = Int(journal.touched[index].entryIndex)
        warmth &+=
            UInt64(table.entries[entryIndex].events) &+ UInt64(table.details[entryIndex].flags.rawValue)
    }

    /// Makes the next `consolidate` compare every row with what was published, as after a recovery.
    public mutating func markEverythingPending() { isWholePending = true }

    /// Hands out the entries that the open transaction changed, each once, with their stock before; nil where the pair
    /// had no row.
    public func forEachBeforeImage(_ body: (_ entryIndex: UInt32, _ stock: Int64?) -> Void) {
        for touched in journal.touched { body(touched.entryIndex, touched.events == 0 ? nil : touched.stock) }
    }

    @inline(__always)
    mutating func deriveAlert<Failure: Error>(
        _ entryIndex: UInt32, _ source: Source?, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let level = level(entryIndex)
        let index = table.details[Int(entryIndex)].publishedIndex
        let before = index == StockEntry.none ? nil : publishedAlerts.level(index)
        if level == nil, before == nil { return }
        if outputs.emit == .severity, level == before { return }
        try deriveChange(entryIndex, level, published(entryIndex) ?? PublishedAlert(), source, emit)
    }

    func level(_ entryIndex: UInt32) -> AlertLevel? {
        let entry = table.entries[Int(entryIndex)]
        return table.details[Int(entryIndex)].level(stock: entry.stock, events: entry.events)
    }

    /// What was last published of the pair's alert.
    func published(_ entryIndex: UInt32) -> PublishedAlert? {
        let index = table.details[Int(entryIndex)].publishedIndex
        return index == StockEntry.none ? nil : publishedAlerts[index]
    }

    private mutating func deriveChange<Failure: Error>(
        _ entryIndex: UInt32, _ level: AlertLevel?, _ before: PublishedAlert, _ source: Source?,
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = stockRow(entryIndex)
        var now = before
        now.level = level
        now.oversoldUnits = level == .oversold ? table.entries[Int(entryIndex)].stock.magnitude : 0
        now.fingerprint = 0
        if outputs.emit == .row, level != nil, let row { now.fingerprint = Fingerprint.of(row) }
        let kind: ChangeKind
        switch (before.level, level) {
        case (nil, nil): return
        case (nil, .some):
            kind = .raised
            now.incident &+= 1
            now.since = row?.lastUpdated ?? now.since
        case (.some, nil): kind = .resolved
        case (.some(let old), .some(let new)):
            if new == old, now.fingerprint == before.fingerprint { return }
            kind = new == old ? .updated : new > old ? .escalated : .eased
        }
        remember(now, of: entryIndex, before: before)
        let change = AlertChange(
            kind: kind, pair: pair(at: Int(entryIndex)), row: row, level: level, previousLevel: before.level,
            previousOversoldUnits: before.level == nil ? nil : before.oversoldUnits, since: now.since,
            incident: now.incident, source: source)
        try emit(.alert(change, now))
    }

    private mutating func remember(_ alert: PublishedAlert, of entryIndex: UInt32, before: PublishedAlert) {
        journal.published.append((entryIndex, before))
        publishedAlerts[publishedIndex(entryIndex)] = alert
    }

    /// The index of the pair's published alert; a pair without one gets one.
    mutating func publishedIndex(_ entryIndex: UInt32) -> UInt32 {
        let detail = table.details + Int(entryIndex)
        if detail.pointee.publishedIndex == StockEntry.none {
            detail.pointee.publishedIndex = publishedAlerts.add()
        }
        return detail.pointee.publishedIndex
    }

    mutating func deriveStock<Failure: Error>(
        _ entryIndex: UInt32, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = stockRow(entryIndex)
        let fingerprint = row.map(Fingerprint.of) ?? 0
        let before = stockFingerprints[Int(entryIndex)]
        if fingerprint == before { return }
        journal.stockFingerprints.append((entryIndex, before))
        stockFingerprints[Int(entryIndex)] = fingerprint
        try emit(.stock(pair(at: Int(entryIndex)), row, fingerprint: fingerprint))
    }

    private mutating func deriveRollups<Failure: Error>(
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        var products = pendingProducts
        for touched in journal.touched {
            products.insert(Pair(rawValue: table.entries[Int(touched.entryIndex)].pair).product)
        }
        if isWholePending {
            products.formUnion(productHeads.keys)
            // A product can have a published row though none of its events is known any more.
            products.formUnion(rollupFingerprints.keys)
        }
        for product in products.sorted() { try deriveRollup(product, emit) }
    }

    mutating func deriveRollup<Failure: Error>(
        _ product: ProductID, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = rollupRow(product)
        let fingerprint = row.map(Fingerprint.of) ?? 0
        let before = rollupFingerprints[product] ?? 0
        if fingerprint == before { return }
        journal.rollupFingerprints.append((product, before))
        rollupFingerprints[product] = fingerprint
        try emit(.rollup(product, row, fingerprint: fingerprint))
    }
}
