/// A 256th of a set of ids: all ids of some chunks, and texts. A chunk that has a bitmap has all its ids in it.
struct IDSegment: ~Copyable {
    /// From this many ids on a bitmap takes less memory than 12 bytes an id.
    private static let crowd: UInt8 = 48

    /// By number of the chunk.
    private(set) var bitmaps: [Int64: IDBitmap] = [:]
    /// The ids of all other chunks.
    private(set) var ids = SparseIDs()
    private(set) var texts = TextIDs()
    /// Whether crowded chunks were looked for at this size of the table. Once is enough: a search costs as much as
    /// growing does, and may make little room.
    private var wasSearched = false

    deinit {
        for bitmap in bitmaps.values { bitmap.deallocate() }
    }

    func contains(_ id: Int64, _ hash: IDHash) -> Bool {
        bitmaps[IDChunk.number(of: id)]?.contains(id) ?? ids.contains(id, hash.hash(id))
    }

    /// Adds an id that is not there.
    /// - Returns: whether its chunk has a bitmap now.
    mutating func insert(_ id: Int64, _ hash: IDHash) -> Bool {
        let number = IDChunk.number(of: id)
        if ids.isFull, bitmaps[number] == nil { makeRoom(for: number, hash) }
        guard let bitmap = bitmaps[number] else {
            ids.insert(id, hash.hash(id))
            return false
        }
        bitmap.insert(id)
        return true
    }

    /// Removes an id that is there. A bitmap stays, even an empty one.
    mutating func remove(_ id: Int64, _ hash: IDHash) {
        if let bitmap = bitmaps[IDChunk.number(of: id)] { return bitmap.remove(id) }
        ids.remove(id, hash)
        if ids.count == 0 { ids = SparseIDs() }
    }

    // MARK: Texts

    /// Adds a text that is not there.
    /// - Parameter expected: how many texts the segment will hold at least.
    @inline(__always)
    mutating func insert(text: EventID, _ place: TextIDs.Place, _ hash: IDHash, expected: Int) {
        if texts.isFull { texts.grow(hash, minimumCapacity: expected) }
        texts.insert(text, place)
    }

    /// Removes the text that was added last.
    mutating func removeLastText(_ hash: IDHash) { texts.removeLast(hash) }

    // MARK: Bitmaps

    /// The bitmap of a chunk; makes one if there is none. Then `ids` must hold no id of the chunk.
    mutating func bitmap(ofChunk number: Int64) -> IDBitmap {
        if let bitmap = bitmaps[number] { return bitmap }
        let bitmap = IDBitmap.allocate()
        bitmaps[number] = bitmap
        return bitmap
    }

    // MARK: Growing

    /// Moves the ids of crowded chunks into bitmaps, and the others into a table that fits them. If the chunk
    /// `number` gets no bitmap, the table has room for one id more.
    private mutating func makeRoom(for number: Int64, _ hash: IDHash) {
        let crowded = wasSearched || ids.count < Self.crowd ? [:] : crowdedChunks(hash)
        for chunk in crowded.keys { bitmaps[chunk] = .allocate() }
        let left = ids.count - crowded.values.reduce(0, +)
        var table = SparseIDs(minimumCapacity: crowded[number] == nil ? left + 1 : left)
        ids.forEach { id in
            if !crowded.isEmpty, let bitmap = bitmaps[IDChunk.number(of: id)] {
                bitmap.insert(id)
            } else {
                table.insert(id, hash.hash(id))
            }
        }
        wasSearched = table.capacity == ids.capacity
        ids = table
    }

    /// How many ids each crowded chunk has.
    private func crowdedChunks(_ hash: IDHash) -> [Int64: Int] {
        // Chunks share counters, which quickly rules most of them out.
        let mask = (1 << (Int.bitWidth - (ids.count / 4).leadingZeroBitCount)) - 1
        func counter(_ id: Int64) -> Int {
            Int(truncatingIfNeeded: hash.hash(IDChunk.number(of: id))) & mask
        }
        var counters = [UInt8](repeating: 0, count: mask + 1)
        ids.forEach { counters[counter($0)] = min(counters[counter($0)] + 1, Self.crowd) }
        guard counters.contains(Self.crowd) else { return [:] }
        var counts: [Int64: Int] = [:]
        ids.forEach { id in
            if counters[counter(id)] == Self.crowd { counts[IDChunk.number(of: id), default: 0] += 1 }
        }
        return counts.filter { $0.value >= Self.crowd }
    }
}
