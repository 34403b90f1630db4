/// One message to publish, with what the ledger must remember of it.
public enum OutputChange: Sendable {
    case alert(AlertChange, LedgerEntry)
    /// A row of `current_stock_levels`, nil when it is gone, and its digest.
    case stock(Pair, StockRow?, fingerprint: UInt64)
    /// A row of `multi_warehouse_inventory`, nil when it is gone, and its digest.
    case rollup(ProductID, RollupRow?, fingerprint: UInt64)
}

extension Aggregate {
    /// Gives out the net difference between what was published and what now stands, each change once.
    ///
    /// The ledger follows at once; `rollback` takes it back. Calling it again in the same transaction
    /// gives out only what changed in between.
    public mutating func consolidate<Failure: Error>(
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        try deriveTouched(emit)
        if isWholePending {
            for slot in 0..<table.count {
                try deriveAlert(UInt32(slot), nil, emit)
                if outputs.stockLevels { try deriveStock(UInt32(slot), emit) }
            }
        }
        for index in 0..<pending.count {
            try deriveAlert(pending[index], nil, emit)
            if outputs.stockLevels { try deriveStock(pending[index], emit) }
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
                assert(severity(touched.slot) == nil && published(touched.slot)?.severity == nil)
                continue
            }
            let source = Source(partition: Partition(touched.partition), offset: Offset(touched.offset))
            try deriveAlert(touched.slot, source, emit)
            if outputs.stockLevels { try deriveStock(touched.slot, emit) }
        }
    }

    /// Whether comparing a cell with its before-image does not tell if its alert changed.
    private var mustDeriveEveryTouched: Bool {
        outputs.everyAlertColumn || outputs.stockLevels || isWholePending || !pending.isEmpty
            // Something of this transaction was given out already: the ledger is ahead of the before-images.
            || !journal.ledger.isEmpty
    }

    /// At a commit the ledger holds the severity of every cell. So a cell that did not alert then, and does not
    /// now, has nothing to publish, and its ledger entry is not read.
    @inline(__always)
    private func mayHaveChanged(_ touched: Journal.Touched) -> Bool {
        let (cell, detail) = (table.cells[Int(touched.slot)], table.details[Int(touched.slot)])
        return detail.severity(stock: cell.stock, events: cell.events) != nil
            || detail.severity(stock: touched.stock, events: touched.events) != nil
    }

    /// How many cells before its turn a cell is asked for: memory answers meanwhile.
    private static var touchedAhead: Int { 16 }

    @inline(__always)
    private mutating func lookAhead(toTouched index: Int) {
        guard index < journal.touched.count else { return }
        let slot = Int(journal.touched[index].slot)
        warmth &+= UInt64(table.cells[slot].events) &+ UInt64(table.details[slot].flags.rawValue)
    }

    /// Has the next `consolidate` compare every row with what was published, as a recovery must.
    public mutating func markEverythingPending() { isWholePending = true }

    @inline(__always)
    mutating func deriveAlert<Failure: Error>(
        _ slot: UInt32, _ source: Source?, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let severity = severity(slot)
        let published = published(slot)
        if severity == nil, published?.severity == nil { return }
        if !outputs.everyAlertColumn, severity == published?.severity { return }
        try deriveChange(slot, severity, published ?? LedgerEntry(), source, emit)
    }

    func severity(_ slot: UInt32) -> Severity? {
        let cell = table.cells[Int(slot)]
        return table.details[Int(slot)].severity(stock: cell.stock, events: cell.events)
    }

    /// What was last published of the pair's alert.
    func published(_ slot: UInt32) -> LedgerEntry? {
        let index = table.details[Int(slot)].ledgerIndex
        return index == Cell.none ? nil : ledger[Int(index)]
    }

    private mutating func deriveChange<Failure: Error>(
        _ slot: UInt32, _ severity: Severity?, _ published: LedgerEntry, _ source: Source?,
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = stockRow(slot)
        var entry = published
        entry.severity = severity
        entry.fingerprint = 0
        if outputs.everyAlertColumn, severity != nil, let row { entry.fingerprint = Fingerprint.of(row) }
        let kind: ChangeKind
        switch (published.severity, severity) {
        case (nil, nil): return
        case (nil, .some):
            kind = .raised
            entry.incident &+= 1
            entry.since = row?.lastUpdated ?? entry.since
        case (.some, nil): kind = .resolved
        case (.some(let before), .some(let now)):
            if now == before, entry.fingerprint == published.fingerprint { return }
            kind = now == before ? .updated : now > before ? .escalated : .eased
        }
        remember(entry, of: slot)
        let change = AlertChange(
            kind: kind, pair: pair(at: Int(slot)), row: row, severity: severity,
            previousSeverity: published.severity, since: entry.since, incident: entry.incident,
            source: source)
        try emit(.alert(change, entry))
    }

    mutating func remember(_ entry: LedgerEntry, of slot: UInt32) {
        let detail = table.details + Int(slot)
        if detail.pointee.ledgerIndex == Cell.none {
            detail.pointee.ledgerIndex = addLedgerEntry()
        }
        let index = Int(detail.pointee.ledgerIndex)
        journal.ledger.append(Journal.Ledgered(slot: slot, before: ledger[index]))
        setLedger(index, entry)
    }

    mutating func deriveStock<Failure: Error>(
        _ slot: UInt32, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = stockRow(slot)
        let fingerprint = row.map(Fingerprint.of) ?? 0
        let before = stockPrints[Int(slot)]
        if fingerprint == before { return }
        journal.stockPrints.append((slot, before))
        stockPrints[Int(slot)] = fingerprint
        try emit(.stock(pair(at: Int(slot)), row, fingerprint: fingerprint))
    }

    private mutating func deriveRollups<Failure: Error>(
        _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        var products = pendingProducts
        for touched in journal.touched {
            products.insert(Pair(packed: table.cells[Int(touched.slot)].pair).product)
        }
        if isWholePending {
            products.formUnion(productHeads.keys)
            // Of some no event is known any more, but their row stands.
            products.formUnion(rollupPrints.keys)
        }
        for product in products.sorted() { try deriveRollup(product, emit) }
    }

    mutating func deriveRollup<Failure: Error>(
        _ product: ProductID, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let row = rollupRow(product)
        let fingerprint = row.map(Fingerprint.of) ?? 0
        let before = rollupPrints[product] ?? 0
        if fingerprint == before { return }
        journal.rollupPrints.append((product, before))
        rollupPrints[product] = fingerprint
        try emit(.rollup(product, row, fingerprint: fingerprint))
    }
}
