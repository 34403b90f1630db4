/// A cell as a checkpoint stores it.
public struct CellImage: Equatable, Sendable {
    public var pair: Pair
    public var stock: Int64
    public var lastUpdated: Timestamp
    /// 0 for a pair that has no row (its only events were refused or rolled back).
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
    /// Cells in one checkpoint record.
    public static var cellsPerBucket: Int { BucketSet.cellsPerBucket }

    /// The cells of all pairs that have events.
    public func forEachCell(_ body: (CellImage) -> Void) {
        for slot in 0..<table.count where table.cells[slot].events > 0 { body(image(table.cells[slot])) }
    }

    /// The cell of a pair, nil when it has no events.
    public func cell(of pair: Pair) -> CellImage? {
        guard let slot = table.find(pair.packed), table.cells[Int(slot)].events > 0 else { return nil }
        return image(table.cells[Int(slot)])
    }

    /// The level of the pair's alert, nil when it has none.
    public func level(of pair: Pair) -> AlertLevel? { table.find(pair.packed).flatMap { level($0) } }

    func image(_ cell: Cell) -> CellImage {
        CellImage(
            pair: Pair(packed: cell.pair), stock: cell.stock,
            lastUpdated: Timestamp(microseconds: cell.lastUpdated), events: cell.events)
    }
}

// MARK: Reading

extension Aggregate {
    /// Puts a bucket of cells back. The aggregate is fit for use only after `finishRestoringCells`.
    public mutating func restore(bucket: UInt32, cells: [CellImage]) {
        let first = Int(bucket) * Self.cellsPerBucket
        for (index, image) in cells.prefix(Self.cellsPerBucket).enumerated() {
            var cell = Cell(pair: image.pair.packed)
            cell.stock = image.stock
            cell.events = image.events
            cell.lastUpdated = image.lastUpdated.microseconds
            table.restore(cell, at: first + index)
        }
    }

    /// Makes the restored cells findable and joins them with the reference tables.
    public mutating func finishRestoringCells() {
        table.rebuildIndex()
        productHeads.removeAll()
        for slot in 0..<table.count {
            let product = Pair(packed: table.cells[slot].pair).product
            table.details[slot].nextOfProduct = productHeads[product] ?? Cell.none
            productHeads[product] = UInt32(slot)
            refresh(UInt32(slot))
        }
        if outputs.stockLevels { stockPrints = Array(repeating: 0, count: table.count) }
    }

    /// Forgets restored cells beyond the count of the checkpoint: a rebuild has deleted their records.
    /// `finishRestoringCells` must follow.
    public mutating func truncate(toPairs count: Int) { table.truncate(to: count) }

    /// Gives an input partition its remembered event ids back: what the checkpoint says of them, and its records.
    /// - Returns: whether as many are there as the checkpoint says.
    public mutating func restoreIDs(input: Int, _ summary: DedupeSummary, _ buckets: [IDBucket]) -> Bool {
        let window = lanes[input].window
        (lanes + input).pointee = DedupeWindow(window: window, summary: summary)
        for bucket in buckets { lanes[input].restore(bucket) }
        return lanes[input].finishRestoring()
    }

    /// Puts back what was published of a pair's alert.
    public mutating func restore(_ alert: PublishedAlert, of pair: Pair) {
        publishedAlerts[publishedIndex(table.find(pair.packed) ?? add(pair))] = alert
    }

    /// Puts back the digest of a pair's published stock row.
    public mutating func restore(stockFingerprint: UInt64, of pair: Pair) {
        guard outputs.stockLevels else { return }
        stockPrints[Int(table.find(pair.packed) ?? add(pair))] = stockFingerprint
    }

    /// Puts back the digest of a product's published rollup row.
    public mutating func restore(rollupFingerprint: UInt64, of product: ProductID) {
        guard outputs.rollup else { return }
        rollupPrints[product] = rollupFingerprint
    }
}
