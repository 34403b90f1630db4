/// The cells of one shard: a dense array, found by pair through an open-addressing index of 4-byte entries.
///
/// Cells are never removed (a pair without events is merely invisible), so a slot names its pair for
/// good and checkpoints can address cells by it.
struct PairTable: ~Copyable {
    private(set) var count: Int = 0
    private var capacity: Int
    private(set) var cells: UnsafeMutablePointer<Cell>
    private(set) var details: UnsafeMutablePointer<CellDetail>
    private var index: PairIndex

    init(minimumCapacity: Int = 16) {
        capacity = max(16, minimumCapacity)
        cells = Self.allocateCells(capacity)
        details = .allocate(capacity: capacity)
        index = PairIndex(capacity: capacity)
    }

    deinit {
        cells.deallocate()
        details.deallocate()
    }

    /// So aligned that no cell lies across two cache lines.
    private static func allocateCells(_ capacity: Int) -> UnsafeMutablePointer<Cell> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Cell>.stride, alignment: 64)
            .bindMemory(to: Cell.self, capacity: capacity)
    }

    @inline(__always)
    func find(_ pair: UInt64) -> UInt32? {
        var walk = index.walk(pair)
        while let slot = index.next(&walk) {
            if cells[Int(slot)].pair == pair { return slot }
        }
        return nil
    }

    // MARK: Looking ahead

    /// Reads the pair's place in the index; what is returned has no meaning but keeps the read alive.
    @inline(__always)
    func touchIndex(_ pair: UInt64) -> UInt64 { index.touch(pair) }

    /// The slot that is the pair's unless another pair shares its tag, found without reading a cell;
    /// `Cell.none` when the pair is not in the table.
    @inline(__always)
    func likelySlot(_ pair: UInt64) -> UInt32 {
        var walk = index.walk(pair)
        return index.next(&walk) ?? Cell.none
    }

    // MARK: Adding

    /// The pair must not be in the table.
    mutating func insert(_ cell: Cell, _ detail: CellDetail = CellDetail()) -> UInt32 {
        precondition(count < Int(CellDetail.noEntry), "more than a billion pairs")
        if count == capacity { growCells(to: capacity * 2) }
        let slot = UInt32(count)
        (cells + count).initialize(to: cell)
        (details + count).initialize(to: detail)
        count += 1
        if index.isFull(with: count) { rebuildIndex() } else { index.insert(cell.pair, slot) }
        return slot
    }

    /// Writes a cell at the slot a checkpoint gives it; the slots between stay unnamed until they come.
    /// `rebuildIndex` must follow before the next look-up.
    mutating func restore(_ cell: Cell, at slot: Int) {
        while capacity <= slot { growCells(to: capacity * 2) }
        while count <= slot {
            (cells + count).initialize(to: .unnamed)
            (details + count).initialize(to: CellDetail())
            count += 1
        }
        cells[slot] = cell
    }

    /// Forgets the cells from a slot on. `rebuildIndex` must follow before the next look-up.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    mutating func rebuildIndex() {
        index = PairIndex(capacity: max(capacity, count + 1))
        for slot in 0..<count where !cells[slot].isUnnamed { index.insert(cells[slot].pair, UInt32(slot)) }
    }

    private mutating func growCells(to newCapacity: Int) {
        let grown = Self.allocateCells(newCapacity)
        grown.moveInitialize(from: cells, count: count)
        cells.deallocate()
        cells = grown
        let grownDetails = UnsafeMutablePointer<CellDetail>.allocate(capacity: newCapacity)
        grownDetails.moveInitialize(from: details, count: count)
        details.deallocate()
        details = grownDetails
        capacity = newCapacity
    }
}
