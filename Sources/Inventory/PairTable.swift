/// The entries of one shard: a dense array, found by pair through an open-addressing index of 4-byte entries.
///
/// Entries are never removed, since a pair without events is only invisible. So an entry index names its pair for
/// good, and checkpoints address entries by it.
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

    /// Aligned so that no entry crosses a cache line.
    private static func allocateEntries(_ capacity: Int) -> UnsafeMutablePointer<StockEntry> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<StockEntry>.stride, alignment: 64)
            .bindMemory(to: StockEntry.self, capacity: capacity)
    }

    @inline(__always)
    func find(_ pair: UInt64) -> UInt32? {
        var walk = index.walk(pair)
        while let entryIndex = index.next(&walk) {
            if entries[Int(entryIndex)].pair == pair { return entryIndex }
        }
        return nil
    }

    // MARK: Looking ahead

    /// Reads the pair's bucket in the index. The result has no meaning, but keeps the read alive.
    @inline(__always)
    func touchIndex(_ pair: UInt64) -> UInt64 { index.touch(pair) }

    /// The pair's entry index, unless another pair shares its tag; reads no entry. `StockEntry.none` when the pair is
    /// not in the table.
    @inline(__always)
    func likelyEntry(_ pair: UInt64) -> UInt32 {
        var walk = index.walk(pair)
        return index.next(&walk) ?? StockEntry.none
    }

    // MARK: Adding

    /// The pair must not be in the table.
    mutating func insert(_ entry: StockEntry, _ detail: EntryDetail = EntryDetail()) -> UInt32 {
        precondition(count < Int(EntryDetail.noEntry), "more than a billion pairs")
        if count == capacity { growEntries(to: capacity * 2) }
        let entryIndex = UInt32(count)
        (entries + count).initialize(to: entry)
        (details + count).initialize(to: detail)
        count += 1
        if index.isFull(with: count) { rebuildIndex() } else { index.insert(entry.pair, entryIndex) }
        return entryIndex
    }

    /// Writes an entry at the index that a checkpoint gives it; entries before it stay unnamed until they are
    /// restored. `rebuildIndex` must follow before the next look-up.
    mutating func restore(_ entry: StockEntry, at entryIndex: Int) {
        while capacity <= entryIndex { growEntries(to: capacity * 2) }
        while count <= entryIndex {
            (entries + count).initialize(to: .unnamed)
            (details + count).initialize(to: EntryDetail())
            count += 1
        }
        entries[entryIndex] = entry
    }

    /// Forgets the entries from an index on. `rebuildIndex` must follow before the next look-up.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    mutating func rebuildIndex() {
        index = PairIndex(capacity: max(capacity, count + 1))
        for entryIndex in 0..<count where !entries[entryIndex].isUnnamed {
            index.insert(entries[entryIndex].pair, UInt32(entryIndex))
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
