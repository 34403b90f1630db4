/// An id as `SparseIDs` keeps it.
protocol SparseID: Equatable, BitwiseCopyable {
    /// What a free bucket holds. The id of this value cannot be inserted.
    static var free: Self { get }
    /// What decides in which bucket an id is looked for first.
    var hashed: Int64 { get }
}

extension Int64: SparseID {
    static var free: Self { .min }
    var hashed: Int64 { self }
}

/// A text's.
extension EventID: SparseID {
    /// No text's hash.
    static var free: Self { EventID(0) }
    var hashed: Int64 { rawValue }
}

/// Ids as they are, 8 bytes for an integer, 16 for a text: open addressing, linear probing.
///
/// The number of buckets grows in small steps, so that beyond the smallest tables two thirds of the buckets are
/// always taken and an id costs at most half as much again. Only a rollback can leave more buckets free.
struct SparseIDs<ID: SparseID>: ~Copyable {
    private let buckets: UnsafeMutableBufferPointer<ID>
    private(set) var count = 0
    /// The table is full with this many ids.
    private let limit: Int

    /// The smallest table for this many ids; an empty one takes no memory.
    init(minimumCapacity count: Int = 0) {
        var size = count == 0 ? 0 : 8
        while Self.limit(size) < count { size = Self.size(after: size) }
        buckets = size == 0 ? UnsafeMutableBufferPointer(start: nil, count: 0) : .allocate(capacity: size)
        buckets.initialize(repeating: ID.free)
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
    func contains(_ id: ID, _ hash: UInt64) -> Bool {
        guard count > 0 else { return false }
        var bucket = home(hash)
        while buckets[bucket] != ID.free {
            if buckets[bucket] == id { return true }
            bucket = self.bucket(after: bucket)
        }
        return false
    }

    /// Reads the bucket in which the id would be looked for first.
    @inline(__always)
    func touch(_ hash: UInt64) -> UInt64 {
        count == 0 ? 0 : UInt64(truncatingIfNeeded: buckets[home(hash)].hashed)
    }

    // MARK: Changes

    /// Moves to the smallest table that has room for one id more and for so many.
    @inline(never)
    mutating func grow(_ hash: IDHash, minimumCapacity: Int) {
        var larger = Self(minimumCapacity: max(count + 1, minimumCapacity))
        forEach { larger.insert($0, hash.hash($0.hashed)) }
        self = larger
    }

    /// The id must not be there, and there must be room.
    @inline(__always)
    mutating func insert(_ id: ID, _ hash: UInt64) {
        var bucket = home(hash)
        while buckets[bucket] != ID.free { bucket = self.bucket(after: bucket) }
        buckets[bucket] = id
        count += 1
    }

    /// Takes out an id that is there.
    mutating func remove(_ id: ID, _ hash: IDHash) {
        var hole = home(hash.hash(id.hashed))
        while buckets[hole] != id { hole = bucket(after: hole) }
        // Later ids move up into the hole, but never before their home.
        var bucket = self.bucket(after: hole)
        while buckets[bucket] != ID.free {
            let home = home(hash.hash(buckets[bucket].hashed))
            if distance(home, bucket) >= distance(hole, bucket) {
                buckets[hole] = buckets[bucket]
                hole = bucket
            }
            bucket = self.bucket(after: bucket)
        }
        buckets[hole] = ID.free
        count -= 1
    }

    private func distance(_ from: Int, _ to: Int) -> Int {
        to >= from ? to - from : to - from + buckets.count
    }

    @inline(__always)
    func forEach(_ body: (ID) -> Void) {
        for id in buckets where id != ID.free { body(id) }
    }
}
