/// Ids as they are, 8 bytes each: open addressing, linear probing.
///
/// The number of places grows in small steps, so that beyond the smallest tables two thirds of the places are
/// always taken and an id costs at most 12 bytes. Only a rollback can leave more places free.
struct SparseIDs: ~Copyable {
    /// What a free place holds. The id of this value cannot be inserted.
    static let free = Int64.min

    private let places: UnsafeMutableBufferPointer<Int64>
    private(set) var count = 0
    /// So many ids fill the table.
    private let limit: Int

    /// The smallest table that has room for so many; one for none takes no memory.
    init(minimumCapacity count: Int = 0) {
        var size = count == 0 ? 0 : 8
        while Self.limit(size) < count { size = Self.size(after: size) }
        places =
            size == 0 ? UnsafeMutableBufferPointer(start: nil, count: 0) : .allocate(capacity: size)
        places.initialize(repeating: Self.free)
        limit = Self.limit(size)
    }

    deinit { places.deallocate() }

    /// Doubles at first; then 4, 5, 6 and 7 times a power of two, which are sizes that allocators serve without waste.
    private static func size(after size: Int) -> Int {
        size < 64 ? size * 2 : size + 1 << (size.bitWidth - size.leadingZeroBitCount - 3)
    }

    /// How many ids a table of so many places takes: as many as fill two thirds of the next size.
    private static func limit(_ size: Int) -> Int {
        size < 64 ? size * 3 / 4 : Self.size(after: size) * 2 / 3
    }

    var capacity: Int { places.count }
    var isFull: Bool { count == limit }

    // MARK: Look-ups

    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(places.count)).high)
    }

    @inline(__always)
    private func place(after place: Int) -> Int { place + 1 == places.count ? 0 : place + 1 }

    /// - Parameter hash: of the id.
    @inline(__always)
    func contains(_ id: Int64, _ hash: UInt64) -> Bool {
        guard count > 0 else { return false }
        var place = home(hash)
        while places[place] != Self.free {
            if places[place] == id { return true }
            place = self.place(after: place)
        }
        return false
    }

    // MARK: Changes

    /// The id must not be there, and there must be room.
    @inline(__always)
    mutating func insert(_ id: Int64, _ hash: UInt64) {
        var place = home(hash)
        while places[place] != Self.free { place = self.place(after: place) }
        places[place] = id
        count += 1
    }

    /// Takes out an id that is there.
    mutating func remove(_ id: Int64, _ hash: IDHash) {
        var hole = home(hash.hash(id))
        while places[hole] != id { hole = place(after: hole) }
        // What follows moves up unless it would come to lie before its home.
        var place = self.place(after: hole)
        while places[place] != Self.free {
            let home = home(hash.hash(places[place]))
            if distance(home, place) >= distance(hole, place) {
                places[hole] = places[place]
                hole = place
            }
            place = self.place(after: place)
        }
        places[hole] = Self.free
        count -= 1
    }

    private func distance(_ from: Int, _ to: Int) -> Int { to >= from ? to - from : to - from + places.count }

    @inline(__always)
    func forEach(_ body: (Int64) -> Void) {
        for id in places where id != Self.free { body(id) }
    }
}
