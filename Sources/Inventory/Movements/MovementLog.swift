/// What each event moved, by event id: the memory that lets an update or a delete take back exactly what was
/// counted, whatever the message says the row was before. Empty, and free of cost, until rows change.
///
/// Chunks of 64 ids, found through an index of 4-byte places; with each pair goes a list of its events, so that
/// the newest of those that remain is known when one is taken away. An event costs 28 bytes, 4 to 6 in its
/// pair's list, and its share of a chunk: 0.7 bytes where ids are dense, 60 for an id that is alone in its 64.
struct MovementLog: ~Copyable {
    private var chunks: [MovementChunk] = []
    /// Open addressing by chunk number; `mask + 1` places, at most three quarters taken.
    private var index: [UInt32] = []
    private var mask = 0
    /// Differs between logs so that no input can be made to collide in all of them.
    private let seed = UInt64.random(in: .min ... .max)
    private var lastNumber: Int64 = .min
    private var lastChunk = 0
    /// By slot of the pair's cell.
    var events: [PairEvents] = []
    /// Chunks that changed since the last checkpoint.
    private(set) var dirtyChunks: [UInt32] = []
    /// Events known, deleted ones included.
    private(set) var count = 0
    /// The newest truncation: no row of this version or an older one stands.
    var truncated: RowVersion?

    /// Chunks that places can name.
    static let maxChunks = 1 << 26

    deinit {
        for chunk in chunks { chunk.deallocate() }
        for pair in events { pair.deallocate() }
    }

    var chunkCount: Int { chunks.count }

    func chunk(_ index: Int) -> MovementChunk { chunks[index] }

    /// Memory held, in bytes.
    var byteCount: Int {
        var bytes = index.capacity * MemoryLayout<UInt32>.size
        bytes += chunks.capacity * MemoryLayout<MovementChunk>.stride
        bytes += events.capacity * MemoryLayout<PairEvents>.stride
        for chunk in chunks { bytes += chunk.room * MemoryLayout<Movement>.stride + 16 }
        for pair in events { bytes += pair.byteCount + 16 }
        return bytes
    }

    // MARK: Finding

    /// The place of an id, made if there is none; nil when there are more chunks than places can name.
    @inline(__always)
    mutating func place(of id: Int64) -> MovementPlace? {
        let number = id >> 6
        let bit = Int(id & 63)
        if number == lastNumber { return MovementPlace(chunk: lastChunk, bit: bit) }
        guard let chunk = find(number) ?? add(number) else { return nil }
        lastNumber = number
        lastChunk = chunk
        return MovementPlace(chunk: chunk, bit: bit)
    }

    @inline(__always)
    subscript(place: MovementPlace) -> Movement? {
        let chunk = chunks[place.chunk]
        return chunk.isKnown(place.bit) ? chunk.pointer(place.bit).pointee : nil
    }

    /// The event must be known.
    @inline(__always)
    func known(_ place: MovementPlace) -> Movement { chunks[place.chunk].pointer(place.bit).pointee }

    // MARK: Changing

    /// Writes down what an event moved; nil forgets it.
    mutating func set(_ movement: Movement?, at place: MovementPlace) {
        let chunk = place.chunk
        if let movement {
            if chunks[chunk].isKnown(place.bit) {
                chunks[chunk].pointer(place.bit).pointee = movement
            } else {
                chunks[chunk].insert(movement, place.bit)
                count += 1
            }
        } else if chunks[chunk].isKnown(place.bit) {
            chunks[chunk].remove(place.bit)
            count -= 1
        }
        guard !chunks[chunk].isDirty else { return }
        chunks[chunk].isDirty = true
        dirtyChunks.append(UInt32(chunk))
    }

    mutating func markClean() {
        for chunk in dirtyChunks { chunks[Int(chunk)].isDirty = false }
        dirtyChunks.removeAll(keepingCapacity: true)
    }

    // MARK: The index

    @inline(__always)
    private func home(_ number: Int64) -> Int {
        let product = (UInt64(bitPattern: number) ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low) & mask
    }

    private func find(_ number: Int64) -> Int? {
        guard !index.isEmpty else { return nil }
        var place = home(number)
        while index[place] != UInt32.max {
            if chunks[Int(index[place])].number == number { return Int(index[place]) }
            place = (place + 1) & mask
        }
        return nil
    }

    private mutating func add(_ number: Int64) -> Int? {
        guard chunks.count < Self.maxChunks else { return nil }
        if (chunks.count + 1) * 4 > index.count * 3 { growIndex() }
        // Ids mostly go up: a chunk becomes as full as its neighbour, and need not grow to it step by step.
        let neighbour = lastNumber == number - 1 ? chunks[lastChunk].room : 1
        chunks.append(MovementChunk(number: number, capacity: neighbour))
        enter(chunks.count - 1)
        return chunks.count - 1
    }

    private mutating func growIndex() {
        index = Array(repeating: .max, count: max(64, index.count * 2))
        mask = index.count - 1
        for chunk in chunks.indices { enter(chunk) }
    }

    private mutating func enter(_ chunk: Int) {
        var place = home(chunks[chunk].number)
        while index[place] != UInt32.max { place = (place + 1) & mask }
        index[place] = UInt32(chunk)
    }
}
