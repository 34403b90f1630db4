/// The cells of one shard: a dense array, found by pair through an open-addressing index of 4-byte slots.
///
/// Cells are never removed (a pair without events is merely invisible), so a slot names its pair for
/// good and checkpoints can address cells by it.
struct PairTable: ~Copyable {
    private(set) var count: Int = 0
    private var capacity: Int
    private(set) var cells: UnsafeMutablePointer<Cell>
    private var index: UnsafeMutablePointer<UInt32>
    /// The index has `mask + 1` places, a power of two, at most three quarters of them taken.
    private var mask: Int
    /// Differs between tables so that no input can be made to collide in all of them.
    private let seed: UInt64

    init(minimumCapacity: Int = 16) {
        capacity = max(16, minimumCapacity)
        cells = .allocate(capacity: capacity)
        mask = Self.places(for: capacity) - 1
        index = .allocate(capacity: mask + 1)
        index.initialize(repeating: Cell.none, count: mask + 1)
        seed = UInt64.random(in: .min ... .max)
    }

    deinit {
        cells.deallocate()
        index.deallocate()
    }

    private static func places(for capacity: Int) -> Int {
        var places = 32
        while places * 3 < capacity * 4 { places *= 2 }
        return places
    }

    @inline(__always)
    private func home(_ pair: UInt64) -> Int {
        let product = (pair ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low) & mask
    }

    @inline(__always)
    func find(_ pair: UInt64) -> UInt32? {
        var place = home(pair)
        while true {
            let slot = index[place]
            if slot == Cell.none { return nil }
            if cells[Int(slot)].pair == pair { return slot }
            place = (place + 1) & mask
        }
    }

    /// The slot at the first place where a pair may be: often its own, never certainly.
    @inline(__always)
    func probe(_ pair: UInt64) -> UInt32 { index[home(pair)] }

    /// The pair must not be in the table.
    mutating func insert(_ cell: Cell) -> UInt32 {
        precondition(count < Int(Cell.none), "more pairs than 32-bit slots")
        if count == capacity { growCells(to: capacity * 2) }
        if (count + 1) * 4 > (mask + 1) * 3 { rebuildIndex(places: (mask + 1) * 2) }
        let slot = UInt32(count)
        (cells + count).initialize(to: cell)
        count += 1
        place(slot, cell.pair)
        return slot
    }

    /// Writes a cell at the slot a checkpoint gives it; the slots between stay unnamed until they come.
    /// `rebuildIndex` must follow before the next look-up.
    mutating func restore(_ cell: Cell, at slot: Int) {
        while capacity <= slot { growCells(to: capacity * 2) }
        while count <= slot {
            (cells + count).initialize(to: Cell(pair: 0))
            count += 1
        }
        cells[slot] = cell
    }

    mutating func rebuildIndex() {
        rebuildIndex(places: Self.places(for: max(capacity, count + 1)))
    }

    private mutating func rebuildIndex(places: Int) {
        index.deallocate()
        mask = places - 1
        index = .allocate(capacity: places)
        index.initialize(repeating: Cell.none, count: places)
        for slot in 0..<count { place(UInt32(slot), cells[slot].pair) }
    }

    private func place(_ slot: UInt32, _ pair: UInt64) {
        var place = home(pair)
        while index[place] != Cell.none { place = (place + 1) & mask }
        index[place] = slot
    }

    private mutating func growCells(to newCapacity: Int) {
        let grown = UnsafeMutablePointer<Cell>.allocate(capacity: newCapacity)
        grown.moveInitialize(from: cells, count: count)
        cells.deallocate()
        cells = grown
        capacity = newCapacity
    }
}
