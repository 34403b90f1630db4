/// Finds pages by linear hashing: a table never doubles at once, but gets one page after the other, each with half of
/// an older one.
///
/// While a table doubles, its undivided pages grow to twice the others. So there are sixteen tables with different
/// shares of the events, from 11 to 22 parts of 256, each at another stage: the memory that a page of one outgrew
/// fits a page of another.
struct MovementDirectory: ~Copyable {
    /// A page's number: its table's in the upper bits, its own within the table in the lower ones.
    typealias Index = UInt32

    private let tables: UnsafeMutablePointer<MovementTable>
    /// The table of each 256th of the tags.
    private let owners: UnsafeMutablePointer<UInt8>
    let pool = MovementPool()

    /// Geometric: each table has the sixteenth root of 2 times the events of the one before.
    private static let shares = [11, 12, 12, 13, 14, 14, 15, 15, 16, 17, 17, 18, 19, 20, 21, 22]
    private static let tableShift: UInt32 = MovementTable.indexBits

    init() {
        let shares = Self.shares
        tables = .allocate(capacity: shares.count)
        owners = .allocate(capacity: 256)
        var owner = owners
        for (number, share) in shares.enumerated() {
            (tables + number).initialize(to: MovementTable())
            owner.initialize(repeating: UInt8(number), count: share)
            owner += share
        }
    }

    deinit {
        for index in indices { self[index]?.deallocate(pool) }
        for number in Self.shares.indices { tables[number].deallocate() }
        tables.deinitialize(count: Self.shares.count)
        owners.deallocate()
        tables.deallocate()
        pool.deallocate()
    }

    /// Memory held, in bytes.
    var byteCount: Int {
        pool.byteCount + Self.shares.indices.reduce(0) { $0 + tables[$1].byteCount }
    }

    /// Every page's index, also of pages without events.
    var indices: [Index] {
        (0..<UInt32(Self.shares.count)).flatMap { number in
            (0..<UInt32(tables[Int(number)].pageCount)).map { number << Self.tableShift | $0 }
        }
    }

    /// The page an event belongs to.
    @inline(__always)
    func index(_ tag: MovementTag) -> Index {
        let number = UInt32(owners[Int(tag.block >> (MovementTag.blockBits - 8))])
        return number << Self.tableShift | tables[Int(number)].index(tag)
    }

    /// Nil where there are no events.
    @inline(__always)
    subscript(index: Index) -> MovementPage? {
        get { tables[Int(index >> Self.tableShift)][index & (1 << Self.tableShift - 1)] }
        nonmutating set {
            tables[Int(index >> Self.tableShift)][index & (1 << Self.tableShift - 1)] = newValue
        }
    }

    /// Makes room for the first page of the table of an index.
    func begin(_ index: Index) {
        let table = tables + Int(index >> Self.tableShift)
        if table.pointee.pageCount == 0 { table.pointee.begin() }
    }

    /// Counts events that were added or removed. Returns a page to divide and the new page for half of it, once the
    /// table is crowded.
    @inline(__always)
    func count(_ change: Int, at index: Index) -> (from: Index, to: Index)? {
        let table = tables + Int(index >> Self.tableShift)
        table.pointee.eventCount += change
        guard table.pointee.isCrowded else { return nil }
        let (from, to) = table.pointee.grow()
        let number = (index >> Self.tableShift) << Self.tableShift
        return (number | from, number | to)
    }
}
