/// Ids that are integers, 8 bytes each: open addressing, linear probing.
///
/// The number of buckets grows in small steps, so that beyond the smallest tables two thirds of the buckets are
/// always taken and an id costs at most half as much again. Only a rollback can leave more buckets free.
struct SparseIDs: ~Copyable {
    /// What a free bucket holds. This id cannot be inserted.
    static let free = Int64.min

    private let buckets: UnsafeMutableBufferPointer<Int64>
    private(set) var count = 0
    /// The table is full with this many ids.
    private let limit: Int

    /// The smallest table for this many ids; an empty one takes no memory.
    init(minimumCapacity count: Int = 0) {
        var size = count == 0 ? 0 : 8
        while Self.limit(size) < count { size = Self.size(after: size) }
        buckets = size == 0 ? UnsafeMutableBufferPointer(start: nil, count: 0) : .allocate(capacity: size)
        buckets.initialize(repeating: Self.free)
        limit = Self.limit(size)
    }

    deinit { buckets.deallocate() }

    /// Doubles at first; then 4, 5, 6 and 7 times a power of two, which are sizes that allocators serve without waste.
    private static func size(after size: Int) -> Int {
        size < 64 ? size * 2 : size + 1 << (size.bitWidth - size.leadingZeroBitCount - 3)
    }

    /// How many ids a table of so many buckets takes: as many as fill two thirds of the next size.
    private static func limit(_ size: Int) -> Int {
        size < 64 ? size * 3 / 4 : Self.size(after: size) * 2 / 3
    }

    var capacity: Int { buckets.count }
    var isFull: Bool { count == limit }

    // MARK: Look-ups

    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(buckets.count)).high)
    }

    @inline(__always)
    private func bucket(after bucket: Int) -> Int { bucket + 1 == buckets.count ? 0 : bucket + 1 }

    /// - Parameter hash: of the id.
    @inline(__always)
    func contains(_ id: Int64, _ hash: UInt64) -> Bool {
        guard count > 0 else { return false }
        var bucket = home(hash)
        while buckets[bucket] != Self.free {
            if buckets[bucket] == id { return true }
            bucket = self.bucket(after: bucket)
        }
        return false
    }

    // MARK: Changes

    /// The id must not be there, and there must be room.
    @inline(__always)
    mutating func insert(_ id: Int64, _ hash: UInt64) {
        var bucket = home(hash)
        while buckets[bucket] != Self.free { bucket = self.bucket(after: bucket) }
        buckets[bucket] = id
        count += 1
    }

    /// Takes out an id that is there.
    mutating func remove(_ id: Int64, _ hash: IDHash) {
        var hole = home(hash.hash(id))
        while buckets[hole] != id { hole = bucket(after: hole) }
        // Later ids move up into the hole, but never before their home.
        var bucket = self.bucket(after: hole)
        while buckets[bucket] != Self.free {
            let home = home(hash.hash(buckets[bucket]))
            if distance(home, bucket) >= distance(hole, bucket) {
                buckets[hole] = buckets[bucket]
                hole = bucket
            }
            bucket = self.bucket(after: bucket)
        }
        buckets[hole] = Self.free
        count -= 1
    }

    private func distance(_ from: Int, _ to: Int) -> Int {
        to >= from ? to - from : to - from + buckets.count
    }

    @inline(__always)
    func forEach(_ body: (Int64) -> Void) {
        for id in buckets where id != Self.free { body(id) }
    }
}
