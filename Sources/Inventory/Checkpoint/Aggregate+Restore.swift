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

    /// How many buckets and seen-id chunks changed since the last checkpoint.
    public var dirtyRecordCount: Int {
        var count = dirtyBuckets.members.count + movements.dirtyPages.count
        for lane in 0..<laneCount { count += lanes[lane].dirtyPlaces.count }
        return count
    }

    /// The cells of all pairs that have events.
    public func forEachCell(_ body: (CellImage) -> Void) {
        for slot in 0..<table.count where table.cells[slot].events > 0 { body(image(table.cells[slot])) }
    }

    /// The cell of a pair, nil when it has no events.
    public func cell(of pair: Pair) -> CellImage? {
        guard let slot = table.find(pair.packed), table.cells[Int(slot)].events > 0 else { return nil }
        return image(table.cells[Int(slot)])
    }

    func image(_ cell: Cell) -> CellImage {
        CellImage(
            pair: Pair(packed: cell.pair), stock: cell.stock,
            lastUpdated: Timestamp(microseconds: cell.lastUpdated), events: cell.events)
    }

    /// The highest event id applied from a lane.
    public func highestID(lane: Int) -> Int64? { lanes[lane].highest }

    /// What is there is what the last whole checkpoint has.
    public mutating func markClean() {
        dirtyBuckets.removeAll()
        movements.markClean()
        for lane in 0..<laneCount { lanes[lane].markClean() }
    }
}

// MARK: Reading

extension Aggregate {
    /// The cells of a bucket that was put back, so many of them.
    public func restoredCells(bucket: UInt32, count: Int) -> [CellImage] {
        let first = Int(bucket) * Self.cellsPerBucket
        return (first..<max(first, min(first + count, table.count))).map { image(table.cells[$0]) }
    }

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

    /// Forgets restored cells beyond the count that the checkpoint vouches for: they are left over from a
    /// larger table. `finishRestoringCells` must follow.
    public mutating func truncate(toPairs count: Int) { table.truncate(to: count) }

    /// Puts a chunk of a lane's seen ids back.
    public mutating func restore(_ chunk: SeenChunk, lane: Int) { lanes[lane].restore(chunk) }

    /// Has a restored chunk stored again if its place in the ring is another than it was stored under.
    public mutating func markMoved(_ chunk: Int64, lane: Int, from place: UInt32) {
        lanes[lane].markMoved(chunk, from: Int(place))
    }

    /// Puts back the highest event id applied from a lane.
    public mutating func restore(highestID: Int64?, lane: Int) { lanes[lane].restore(highest: highestID) }

    /// Puts back what was published of a pair's alert.
    public mutating func restore(_ entry: LedgerEntry, of pair: Pair) {
        let slot = table.find(pair.packed) ?? add(pair)
        let detail = table.details + Int(slot)
        if detail.pointee.ledgerIndex == Cell.none {
            detail.pointee.ledgerIndex = addLedgerEntry()
        }
        setLedger(Int(detail.pointee.ledgerIndex), entry)
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
