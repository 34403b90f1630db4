/// The state of one shard: its stock, the reference tables, and what was published. It knows nothing of Kafka, of
/// time or of threads.
///
/// Changes gather in a transaction: `apply` events, `consolidate` them into the changes to publish, then
/// `commit`, or `rollback` to the state before the first of them.
public struct Aggregate: ~Copyable {
    /// What a commit publishes.
    public struct Outputs: Sendable, Equatable {
        /// When an alert is published.
        public enum Emit: String, Sendable, CaseIterable {
            /// When its level changes.
            case severity
            /// When any column of its row changes.
            case row
        }

        public var emit = Emit.severity
        public var stockLevels = false
        public var rollup = false
        public init(emit: Emit = .severity, stockLevels: Bool = false, rollup: Bool = false) {
            self.emit = emit
            self.stockLevels = stockLevels
            self.rollup = rollup
        }
    }

    /// What an event did.
    public enum Outcome: Equatable, Sendable {
        case applied
        /// Its id was applied before: nothing changed.
        case duplicate
        /// The sum would not fit in 64 bits: nothing changed.
        case overflow
        /// The pair has a new text as an id, and the shard takes no more of them: nothing changed.
        case tooManyNames
    }

    let outputs: Outputs
    var table = PairTable()
    var journal = Journal()
    var movements = MovementLog()
    var publishedAlerts = PublishedAlerts()
    var productHeads: [ProductID: UInt32] = [:]
    var names: NameCount
    /// Fingerprints of the published stock rows by entry index; empty unless `outputs.stockLevels`.
    var stockFingerprints: [UInt64] = []
    var rollupFingerprints: [ProductID: UInt64] = [:]
    /// Indices of entries whose rows reference data may have changed since the last commit.
    var pending: [UInt32] = []
    var pendingProducts: Set<ProductID> = []
    /// Every row is to be compared with what was published, as after a recovery.
    var isWholePending = false
    var dirtyBuckets = BucketSet()
    /// Chunks that changed since the last `refreshShown`; nil before the first.
    var touchedChunks: BucketSet?
    let windows: UnsafeMutablePointer<DedupeWindow>
    let inputCount: Int
    /// The entry indices of the events that `apply` looks ahead to.
    private let ahead: UnsafeMutablePointer<UInt32>
    /// The sum of what `lookAhead` read. Nobody uses it, but the compiler would drop reads whose values go nowhere.
    var warmth: UInt64 = 0
    /// The reference tables the rows are joined with.
    public private(set) var catalog: Catalog

    /// - Parameters:
    ///   - inputs: how many input partitions feed this shard; each has a dedupe window of its own.
    ///   - dedupeWindow: how many distinct event ids each remembers at least; 0 for none.
    public init(
        inputs: Int, dedupeWindow: Int, catalog: Catalog, outputs: Outputs = Outputs(), ids: IDs = .integers
    ) {
        names = NameCount(ids)
        self.windows = .allocate(capacity: inputs)
        inputCount = inputs
        ahead = .allocate(capacity: Self.eventsAtOnce)
        self.catalog = catalog
        self.outputs = outputs
        for input in 0..<inputs { (self.windows + input).initialize(to: DedupeWindow(window: dedupeWindow)) }
    }

    deinit {
        windows.deinitialize(count: inputCount)
        windows.deallocate()
        ahead.deallocate()
    }

    /// Pairs known, with or without a row in the views.
    public var pairCount: Int { table.count }

    /// Different texts that the pairs have as ids.
    public var nameCount: Int { names.count }
    /// Whether an event with a new text as an id is not counted any more.
    public var isFullOfNames: Bool { names.isFull }

    /// Whether the open transaction changed anything, or reference data waits to be derived.
    public var hasPendingChanges: Bool {
        !journal.touched.isEmpty || !pending.isEmpty || !pendingProducts.isEmpty || isWholePending
    }

    /// How much the open transaction changed: pairs, and rows of the events table.
    public var journalLength: Int { journal.touched.count + journal.moved.count + journal.added.count }

    /// Counts one event. `input` is the index of its input partition in this shard.
    public mutating func apply(_ event: OrderEvent, input: Int, source: Source) -> Outcome {
        apply(event, input: input, source: source, likelyEntry: StockEntry.none)
    }

    @inline(__always)
    private mutating func apply(
        _ event: OrderEvent, input: Int, source: Source, likelyEntry: UInt32
    ) -> Outcome {
        let id = event.id
        if windows[input].contains(id) { return .duplicate }
        guard let entryIndex = entryIndex(of: event.pair, likely: likelyEntry) else { return .tooManyNames }
        let entry = table.entries + Int(entryIndex)
        let (stock, overflows) = entry.pointee.stock.addingReportingOverflow(event.units)
        if overflows { return .overflow }
        touch(entryIndex, entry, source)
        entry.pointee.stock = stock
        entry.pointee.lastUpdated = max(entry.pointee.lastUpdated, event.time.microseconds)
        if entry.pointee.events != .max { entry.pointee.events += 1 }
        windows[input].insert(id)
        return .applied
    }

    @inline(__always)
    private mutating func entryIndex(of pair: Pair, likely: UInt32) -> UInt32? {
        if likely != StockEntry.none, table.entries[Int(likely)].pair == pair.rawValue { return likely }
        return findOrAdmit(pair)
    }

    /// The entry of an event's pair; nil if the pair is new and not admitted.
    @inline(__always)
    mutating func findOrAdmit(_ pair: Pair) -> UInt32? { table.find(pair.rawValue) ?? admit(pair) }

    @inline(never)
    private mutating func admit(_ pair: Pair) -> UInt32? {
        if names.isFull, names.isNew(pair, productIsNew: productHeads[pair.product] == nil) { return nil }
        return add(pair)
    }

    /// Counts events in order and reports the outcome of each.
    ///
    /// With many pairs an event's cost is mostly the wait for memory: its bucket in the index, its entry, its journal
    /// entry. So they are read first for up to `eventsAtOnce` events together, and the waits overlap.
    public mutating func apply<Failure: Error>(
        _ events: [PlacedEvent],
        _ report: (_ index: Int, _ outcome: Outcome) throws(Failure) -> Void
    ) throws(Failure) {
        var first = 0
        while first < events.count {
            let end = min(first + Self.eventsAtOnce, events.count)
            lookAhead(events, first..<end)
            for index in first..<end {
                let placed = events[index]
                try report(
                    index,
                    apply(
                        placed.event, input: placed.input, source: placed.source,
                        likelyEntry: ahead[index - first]))
            }
            first = end
        }
    }

    /// How many events one `apply` should bring: enough to overlap, few enough to stay in the first-level cache.
    public static var eventsAtOnce: Int { 64 }

    private mutating func lookAhead(_ events: [PlacedEvent], _ range: Range<Int>) {
        var sum: UInt64 = 0
        for index in range { sum &+= table.touchIndex(events[index].event.pair.rawValue) }
        for index in range {
            let entryIndex = table.likelyEntry(events[index].event.pair.rawValue)
            ahead[index - range.lowerBound] = entryIndex
            if entryIndex != StockEntry.none { sum &+= UInt64(table.entries[Int(entryIndex)].journalIndex) }
        }
        for index in 0..<range.count where ahead[index] != StockEntry.none {
            let entry = Int(table.entries[Int(ahead[index])].journalIndex)
            if entry < journal.touched.count { sum &+= UInt64(journal.touched[entry].entryIndex) }
        }
        if let first = events[range].first, first.event.id.isText { sum &+= touchTexts(events, range) }
        warmth &+= sum
    }

    /// Event ids that are texts lie anywhere in the dedupe window.
    @inline(never)
    private func touchTexts(_ events: [PlacedEvent], _ range: Range<Int>) -> UInt64 {
        var sum: UInt64 = 0
        for index in range { sum &+= windows[events[index].input].touch(text: events[index].event.id) }
        for index in range { sum &+= windows[events[index].input].touchFree(text: events[index].event.id) }
        return sum
    }

    @inline(__always)
    mutating func touch(_ entryIndex: UInt32, _ entry: UnsafeMutablePointer<StockEntry>, _ source: Source) {
        let index = Int(entry.pointee.journalIndex)
        if index < journal.touched.count, journal.touched[index].entryIndex == entryIndex {
            journal.touched[index].partition = source.partition.rawValue
            journal.touched[index].offset = source.offset.rawValue
            return
        }
        entry.pointee.journalIndex = UInt32(journal.touched.count)
        journal.touched.append(
            Journal.Touched(
                entryIndex: entryIndex, events: entry.pointee.events, partition: source.partition.rawValue,
                offset: source.offset.rawValue, stock: entry.pointee.stock,
                lastUpdated: entry.pointee.lastUpdated))
        dirtyBuckets.insert(entryIndex)
    }

    /// Makes the entry of a pair seen for the first time.
    mutating func add(_ pair: Pair) -> UInt32 {
        let next = productHeads[pair.product]
        names.add(pair, productIsNew: next == nil)
        let detail = EntryDetail(nextOfProduct: next ?? StockEntry.none)
        let entryIndex = table.insert(StockEntry(pair: pair.rawValue), detail)
        refresh(entryIndex)
        productHeads[pair.product] = entryIndex
        dirtyBuckets.insert(entryIndex)
        if outputs.stockLevels { stockFingerprints.append(0) }
        return entryIndex
    }

    /// Copies into an entry what the reference tables say of its pair.
    func refresh(_ entryIndex: UInt32) {
        let detail = table.details + Int(entryIndex)
        let pair = pair(at: Int(entryIndex))
        detail.pointee.flags = []
        detail.pointee.threshold = .min
        guard let product = catalog.products[pair.product], catalog.warehouses[pair.warehouse] != nil else {
            return
        }
        detail.pointee.flags = .known
        guard let threshold = catalog.threshold(of: pair, product) else { return }
        detail.pointee.threshold = threshold
        detail.pointee.flags.insert(.alertable)
    }

    /// Makes what the transaction changed and published permanent.
    public mutating func commit() {
        noteShown()
        journal.clear()
        for input in 0..<inputCount { windows[input].commit() }
        pending.removeAll(keepingCapacity: true)
        pendingProducts.removeAll(keepingCapacity: true)
        isWholePending = false
    }

    /// Rolls back to every before-image: the state is that of the last commit.
    public mutating func rollback() {
        for touched in journal.touched {
            let entry = table.entries + Int(touched.entryIndex)
            entry.pointee.stock = touched.stock
            entry.pointee.events = touched.events
            entry.pointee.lastUpdated = touched.lastUpdated
        }
        for input in 0..<inputCount { windows[input].rollback() }
        rollbackMovements()
        for published in journal.published.reversed() {
            publishedAlerts[table.details[Int(published.entryIndex)].publishedIndex] = published.before
        }
        for old in journal.stockFingerprints.reversed() {
            stockFingerprints[Int(old.entryIndex)] = old.before
        }
        for old in journal.rollupFingerprints.reversed() { rollupFingerprints[old.product] = old.before }
        journal.clear()
    }

    /// Replaces the reference tables; the next commit derives the rows that this changes. Only between transactions.
    public mutating func adopt(_ newer: Catalog) {
        precondition(journal.touched.isEmpty, "reference rows change between transactions only")
        let products = newer.products.changes(since: catalog.products)
        let warehouses = Set(newer.warehouses.changes(since: catalog.warehouses))
        let thresholds = newer.thresholds.changes(since: catalog.thresholds)
        catalog = newer
        for pair in thresholds {
            guard let entryIndex = table.find(pair.rawValue) else { continue }
            refresh(entryIndex)
            pending.append(entryIndex)
        }
        for product in products {
            pendingProducts.insert(product)
            var entryIndex = productHeads[product] ?? StockEntry.none
            while entryIndex != StockEntry.none {
                refresh(entryIndex)
                pending.append(entryIndex)
                entryIndex = table.details[Int(entryIndex)].nextOfProduct
            }
        }
        guard !warehouses.isEmpty else { return }
        for entryIndex in 0..<table.count {
            let pair = Pair(rawValue: table.entries[entryIndex].pair)
            guard warehouses.contains(pair.warehouse) else { continue }
            refresh(UInt32(entryIndex))
            pending.append(UInt32(entryIndex))
            pendingProducts.insert(pair.product)
        }
    }
}
