/// The entries of one shard: a dense array, found by pair through an open-addressing index of 4-byte entries.
///
/// Entries are never removed (a pair without events is merely invisible), so a slot names its pair for
/// good and checkpoints can address entries by it.
struct PairTable: ~Copyable {
    private(set) var count: Int = 0
    private var capacity: Int
    private(set) var entries: UnsafeMutablePointer<StockEntry>
    private(set) var details: UnsafeMutablePointer<EntryDetail>
    private var index: PairIndex

    init(minimumCapacity: Int = 16) {
        capacity = max(16, minimumCapacity)
        entries = Self.allocateEntries(capacity)
        details = .allocate(capacity: capacity)
        index = PairIndex(capacity: capacity)
    }

    deinit {
        entries.deallocate()
        details.deallocate()
    }

    /// So aligned that no entry lies across two cache lines.
    private static func allocateEntries(_ capacity: Int) -> UnsafeMutablePointer<StockEntry> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<StockEntry>.stride, alignment: 64)
            .bindMemory(to: StockEntry.self, capacity: capacity)
    }

    @inline(__always)
    func find(_ pair: UInt64) -> UInt32? {
        var walk = index.walk(pair)
        while let slot = index.next(&walk) {
            if entries[Int(slot)].pair == pair { return slot }
        }
        return nil
    }

    // MARK: Looking ahead

    /// Reads the pair's place in the index; what is returned has no meaning but keeps the read alive.
    @inline(__always)
    func touchIndex(_ pair: UInt64) -> UInt64 { index.touch(pair) }

    /// The slot that is the pair's unless another pair shares its tag, found without reading an entry;
    /// `StockEntry.none` when the pair is not in the table.
    @inline(__always)
    func likelySlot(_ pair: UInt64) -> UInt32 {
        var walk = index.walk(pair)
        return index.next(&walk) ?? StockEntry.none
    }

    // MARK: Adding

    /// The pair must not be in the table.
    mutating func insert(_ entry: StockEntry, _ detail: EntryDetail = EntryDetail()) -> UInt32 {
        precondition(count < Int(EntryDetail.noEntry), "more than a billion pairs")
        if count == capacity { growEntries(to: capacity * 2) }
        let slot = UInt32(count)
        (entries + count).initialize(to: entry)
        (details + count).initialize(to: detail)
        count += 1
        if index.isFull(with: count) { rebuildIndex() } else { index.insert(entry.pair, slot) }
        return slot
    }

    /// Writes an entry at the slot a checkpoint gives it; the slots between stay unnamed until they come.
    /// `rebuildIndex` must follow before the next look-up.
    mutating func restore(_ entry: StockEntry, at slot: Int) {
        while capacity <= slot { growEntries(to: capacity * 2) }
        while count <= slot {
            (entries + count).initialize(to: .unnamed)
            (details + count).initialize(to: EntryDetail())
            count += 1
        }
        entries[slot] = entry
    }

    /// Forgets the entries from a slot on. `rebuildIndex` must follow before the next look-up.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    mutating func rebuildIndex() {
        index = PairIndex(capacity: max(capacity, count + 1))
        for slot in 0..<count where !entries[slot].isUnnamed {
            index.insert(entries[slot].pair, UInt32(slot))
        }
    }

    private mutating func growEntries(to newCapacity: Int) {
        let grown = Self.allocateEntries(newCapacity)
        grown.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = grown
        let grownDetails = UnsafeMutablePointer<EntryDetail>.allocate(capacity: newCapacity)
        grownDetails.moveInitialize(from: details, count: count)
        details.deallocate()
        details = grownDetails
        capacity = newCapacity
    }
}
