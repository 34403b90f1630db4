/// Rows of a reference table in two arrays: the ids with each row's start, and the packed columns.
///
/// Rows are packed when they arrive and unpacked when they are read. That takes a fraction of the memory of a
/// dictionary, which allocates each text by itself and has room for twice as many rows.
struct PackedRows<Row: TableRow>: Sendable {
    private struct Entry {
        var id: Row.ID
        var start: UInt32
    }

    /// Ascending by id.
    private var entries: [Entry] = []
    private var bytes = RowBytes()
    /// Bytes of rows that were removed.
    private var unused = 0

    init() {}

    /// With no room for more. Of two rows with one id the later counts.
    init(_ rows: [Row]) {
        entries.reserveCapacity(rows.count)
        for row in rows { self[row.id] = row }
        bytes.trim()
    }

    var count: Int { entries.count }
    /// Bytes of the columns; the entries take 8 more a row.
    var byteCount: Int { bytes.count }

    /// Bytes that are reserved for all of it.
    var reservedBytes: Int { entries.capacity * MemoryLayout<Entry>.stride + bytes.reserved }

    func id(at index: Int) -> Row.ID { entries[index].id }

    func row(at index: Int) -> Row { bytes.row(id(at: index), at: entries[index].start) }

    subscript(id: Row.ID) -> Row? {
        get {
            let index = index(of: id)
            return isThere(id, at: index) ? row(at: index) : nil
        }
        set {
            let index = index(of: id)
            if isThere(id, at: index) { unused += bytes.size(of: row(at: index), at: entries[index].start) }
            switch (newValue, isThere(id, at: index)) {
            case (nil, false): return
            case (nil, true): entries.remove(at: index)
            case (let row?, true): entries[index].start = bytes.append(row)
            case (let row?, false):
                entries.makeRoom(for: 1)
                entries.insert(Entry(id: id, start: bytes.append(row)), at: index)
            }
            if unused > bytes.count / 2 { self = Self((0..<count).map { row(at: $0) }) }
        }
    }

    /// The index of an id, or the one to insert it at.
    private func index(of id: Row.ID) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id.rawValue < id.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isThere(_ id: Row.ID, at index: Int) -> Bool {
        index < entries.count && entries[index].id == id
    }

    /// The ids whose row appeared, changed or went away.
    func changes(since old: Self) -> [Row.ID] {
        var changes: [Row.ID] = []
        for index in 0..<old.count where self[old.id(at: index)] == nil { changes.append(old.id(at: index)) }
        for index in 0..<count where old[id(at: index)] != row(at: index) { changes.append(id(at: index)) }
        return changes
    }
}
