/// Movements of the events that hash to this page, in one allocation:
///
///     header | a bit for each that changed since the last checkpoint | tags | rows
///
/// Tags are apart so that a look-up reads four bytes of each event. A row is the rest of its event's key (four bytes
/// of an integer, twelve of a text) and its movement, stored as `columns` say. Rows are in no order; only `remove`
/// renumbers one.
struct MovementPage {
    private struct Header {
        var count: UInt32
        var capacity: UInt32
        var columns: MovementColumns
        /// Some row changed since the last checkpoint.
        var isDirty: Bool
        /// Whether rows hold `MovementKey.high`.
        var isOfTexts: Bool
        /// Of the block of memory.
        var size: MovementPool.Size
    }

    private let memory: UnsafeMutableRawPointer

    // MARK: Memory

    /// A page without rows that fits an event's key and movement.
    init(for key: MovementKey, _ movement: Movement, _ pool: MovementPool) {
        var span = MovementSpan()
        span.include(MovementCodes(movement))
        self.init(MovementColumns(span), isOfTexts: key.high != 0, capacity: 1, pool)
    }

    /// A page without rows, with as much room as the pool's block has.
    private init(_ columns: MovementColumns, isOfTexts: Bool, capacity: Int, _ pool: MovementPool) {
        let rowByteCount = Self.keyByteCount(isOfTexts) + columns.byteCount
        let block = pool.allocate(Self.byteCount(rowByteCount, capacity))
        memory = block.memory
        var room = (block.byteCount - Self.byteCount(rowByteCount, 0)) / (rowByteCount + MemoryLayout<UInt32>.size)
        while Self.byteCount(rowByteCount, room) > block.byteCount { room -= 1 }
        header.initialize(
            to: Header(
                count: 0, capacity: UInt32(room), columns: columns, isDirty: false, isOfTexts: isOfTexts,
                size: block.size))
        dirtyWords.initialize(repeating: 0, count: Self.wordCount(room))
    }

    func deallocate(_ pool: MovementPool) {
        pool.deallocate(memory, Self.byteCount(rowByteCount, capacity), header.pointee.size)
    }

    /// A last column is read and written 8 bytes at a time.
    private static let margin = 8

    private static func byteCount(_ rowByteCount: Int, _ capacity: Int) -> Int {
        MemoryLayout<Header>.stride + wordCount(capacity) * 8
            + capacity * (MemoryLayout<UInt32>.size + rowByteCount) + margin
    }

    private static func wordCount(_ capacity: Int) -> Int { (capacity + 63) / 64 }

    /// Bytes of a key without its tag.
    @inline(__always)
    private static func keyByteCount(_ isOfTexts: Bool) -> Int {
        MemoryLayout<UInt32>.size + (isOfTexts ? MemoryLayout<UInt64>.size : 0)
    }

    @inline(__always)
    private var header: UnsafeMutablePointer<Header> { memory.assumingMemoryBound(to: Header.self) }

    @inline(__always)
    private var dirtyWords: UnsafeMutablePointer<UInt64> {
        (memory + MemoryLayout<Header>.stride).assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    private var tags: UnsafeMutablePointer<UInt32> {
        (memory + MemoryLayout<Header>.stride + Self.wordCount(capacity) * 8).assumingMemoryBound(to: UInt32.self)
    }

    @inline(__always)
    private func bytes(_ row: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(tags + capacity) + row * rowByteCount
    }

    @inline(__always)
    private var rowByteCount: Int { keyByteCount + header.pointee.columns.byteCount }

    @inline(__always)
    private var keyByteCount: Int { Self.keyByteCount(header.pointee.isOfTexts) }

    // MARK: Reading

    @inline(__always)
    var count: Int { Int(header.pointee.count) }

    @inline(__always)
    var capacity: Int { Int(header.pointee.capacity) }

    @inline(__always)
    private var isOfTexts: Bool { header.pointee.isOfTexts }

    @inline(__always)
    func key(_ row: Int) -> MovementKey {
        let bytes = bytes(row)
        return MovementKey(
            tag: MovementTag(rawValue: tags[row]), rest: bytes.loadUnaligned(as: UInt32.self),
            high: header.pointee.isOfTexts
                ? bytes.loadUnaligned(fromByteOffset: MemoryLayout<UInt32>.size, as: UInt64.self) : 0)
    }

    @inline(__always)
    private func movementBytes(_ row: Int) -> UnsafeMutableRawPointer {
        bytes(row) + keyByteCount
    }

    @inline(__always)
    private func codes(_ row: Int) -> MovementCodes { header.pointee.columns.load(movementBytes(row)) }

    @inline(__always)
    subscript(row: Int) -> Movement { codes(row).movement }

    /// The first row with this tag, beginning at `row`; the count if there is none.
    @inline(__always)
    func next(_ tag: MovementTag, from row: Int) -> Int {
        tags.firstIndex(of: tag.rawValue, from: row, to: count)
    }

    /// The time of the newest event with this tag that was counted in an entry; nil if there is none.
    func newestTime(_ tag: MovementTag, entry: UInt32) -> Int64? {
        var newest: UInt64?
        var row = next(tag, from: 0)
        while row < count {
            let found = header.pointee.columns.loadEntryAndTime(movementBytes(row))
            if found.entry == UInt64(entry) + 1 { newest = max(newest ?? 0, found.time) }
            row = next(tag, from: row + 1)
        }
        return newest.map { Int64(bitPattern: $0 ^ 1 << 63) }
    }

    // MARK: Writing

    /// Replaces a row's movement. Returns this page, or the wider one that replaces it.
    @inline(__always)
    func update(_ row: Int, _ movement: Movement, _ pool: MovementPool) -> MovementPage {
        let codes = MovementCodes(movement)
        var page = self
        if !header.pointee.columns.holds(codes) {
            page = moved(columns(with: codes), isOfTexts, capacity: count, pool)
        }
        page.header.pointee.columns.store(codes, page.movementBytes(row))
        page.markDirty(row)
        return page
    }

    /// Adds a row. Returns this page, or the larger one that replaces it.
    @inline(__always)
    func append(_ key: MovementKey, _ movement: Movement, _ pool: MovementPool) -> MovementPage {
        let codes = MovementCodes(movement)
        var page = self
        // Events of both kinds share a page only while state of the other kind is read.
        let holdsKey = key.high == 0 || isOfTexts
        if count == capacity || !holdsKey || !header.pointee.columns.holds(codes) {
            let holds = header.pointee.columns.holds(codes)
            // Room for a few rows, because small pages grow often.
            page = moved(
                holds ? header.pointee.columns : columns(with: codes), isOfTexts || !holdsKey,
                capacity: count + (count < 32 ? 4 : 2), pool)
        }
        page.add(key, codes)
        page.markDirty(page.count - 1)
        return page
    }

    /// There must be room, and the columns must hold the codes.
    @inline(__always)
    private func add(_ key: MovementKey, _ codes: MovementCodes) {
        let row = count
        header.pointee.count += 1
        tags[row] = key.tag.rawValue
        bytes(row).storeBytes(of: key.rest, as: UInt32.self)
        if isOfTexts {
            bytes(row).storeBytes(of: key.high, toByteOffset: MemoryLayout<UInt32>.size, as: UInt64.self)
        }
        header.pointee.columns.store(codes, movementBytes(row))
    }

    /// Removes a row; the last one takes its number. The rest of its block becomes dirty, since blocks are stored
    /// whole.
    func remove(_ row: Int) {
        let key = key(row)
        let last = count - 1
        if row != last {
            tags[row] = tags[last]
            bytes(row).copyMemory(from: bytes(last), byteCount: rowByteCount)
            setDirty(row, isDirty(last))
        }
        setDirty(last, false)
        header.pointee.count -= 1
        header.pointee.isDirty = true
        for row in 0..<count where self.key(row).isBeside(key) { setDirty(row, true) }
    }

    private func columns(with codes: MovementCodes) -> MovementColumns {
        var span = MovementSpan()
        span.include(codes)
        for row in 0..<count { span.include(self.codes(row)) }
        // Spare room: a range that grew mostly grows again.
        return MovementColumns(span, spare: 1)
    }

    /// The same rows in other columns or with other room. Deallocates this page.
    private func moved(
        _ columns: MovementColumns, _ isOfTexts: Bool, capacity: Int, _ pool: MovementPool
    ) -> MovementPage {
        let page = MovementPage(columns, isOfTexts: isOfTexts, capacity: capacity, pool)
        page.header.pointee.isDirty = isDirty
        page.dirtyWords.update(from: dirtyWords, count: Self.wordCount(count))
        if columns == header.pointee.columns, isOfTexts == self.isOfTexts {
            page.header.pointee.count = header.pointee.count
            page.tags.initialize(from: tags, count: count)
            page.bytes(0).copyMemory(from: bytes(0), byteCount: count * rowByteCount)
        } else {
            for row in 0..<count { page.add(key(row), codes(row)) }
        }
        deallocate(pool)
        return page
    }

    /// Divides the rows by a bit of their block's number. Both parts are as dirty as this page, which is deallocated.
    func split(by bit: UInt32, _ pool: MovementPool) -> (clear: MovementPage, set: MovementPage) {
        defer { deallocate(pool) }
        return (part(of: bit, 0, pool), part(of: bit, bit, pool))
    }

    private func part(of bit: UInt32, _ wanted: UInt32, _ pool: MovementPool) -> MovementPage {
        var span = MovementSpan()
        var size = 0
        for row in 0..<count where tags[row] >> 6 & bit == wanted {
            span.include(codes(row))
            size += 1
        }
        let narrowest = MovementColumns(span)
        let isAsWide = narrowest.areAsWide(as: header.pointee.columns)
        let page = MovementPage(
            isAsWide ? header.pointee.columns : narrowest, isOfTexts: isOfTexts, capacity: size, pool)
        page.header.pointee.isDirty = isDirty
        for row in 0..<count where tags[row] >> 6 & bit == wanted {
            if isAsWide { page.copy(row, of: self) } else { page.add(key(row), codes(row)) }
            if isDirty(row) { page.markDirty(page.count - 1) }
        }
        return page
    }

    /// Adds a row of another page with the same columns.
    private func copy(_ row: Int, of other: MovementPage) {
        tags[count] = other.tags[row]
        bytes(count).copyMemory(from: other.bytes(row), byteCount: rowByteCount)
        header.pointee.count += 1
    }

    // MARK: What changed

    @inline(__always)
    var isDirty: Bool { header.pointee.isDirty }

    func isDirty(_ row: Int) -> Bool { dirtyWords[row >> 6] & 1 << UInt64(row & 63) != 0 }

    @inline(__always)
    func markDirty(_ row: Int) {
        header.pointee.isDirty = true
        setDirty(row, true)
    }

    @inline(__always)
    private func setDirty(_ row: Int, _ isDirty: Bool) {
        let bit: UInt64 = 1 << UInt64(row & 63)
        if isDirty { dirtyWords[row >> 6] |= bit } else { dirtyWords[row >> 6] &= ~bit }
    }

    func markClean() {
        header.pointee.isDirty = false
        dirtyWords.update(repeating: 0, count: Self.wordCount(capacity))
    }
}
