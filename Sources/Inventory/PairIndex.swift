/// Finds the entries of a `PairTable` by pair: open addressing, linear probing, 4 bytes a bucket.
///
/// A bucket holds an entry index and, in the bits that this leaves free, a tag of the pair's hash. So a walk along
/// buckets reads other pairs' entries, each a cache miss, only once in 2ᵗ buckets, with t = 32 − log₂(buckets) bits
/// of tag.
struct PairIndex: ~Copyable {
    private let entries: UnsafeMutablePointer<UInt32>
    /// A power of two, at most three quarters of them taken.
    private let buckets: Int
    private let indexMask: UInt32
    /// Random for each table, so that no input can make pairs collide in all of them.
    private let seed: UInt64

    /// Entry indices are below three quarters of the buckets, so no bucket in use has every bit set.
    private static let free = UInt32.max

    init(capacity: Int) {
        seed = UInt64.random(in: .min ... .max)
        buckets = Self.buckets(for: capacity)
        indexMask = UInt32(truncatingIfNeeded: buckets - 1)
        entries = .allocate(capacity: buckets)
        entries.initialize(repeating: Self.free, count: buckets)
    }

    deinit { entries.deallocate() }

    private static func buckets(for capacity: Int) -> Int {
        var buckets = 32
        while buckets * 3 < capacity * 4 { buckets *= 2 }
        return buckets
    }

    /// Whether the index needs more buckets for this many entries.
    func isFull(with count: Int) -> Bool { count * 4 > buckets * 3 }

    @inline(__always)
    private func hash(_ pair: UInt64) -> UInt64 {
        let product = (pair ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    /// The pair must not be there, and there must be room.
    mutating func insert(_ pair: UInt64, _ entryIndex: UInt32) {
        let hash = hash(pair)
        var bucket = Int(truncatingIfNeeded: hash) & (buckets - 1)
        while entries[bucket] != Self.free { bucket = (bucket + 1) & (buckets - 1) }
        entries[bucket] = entryIndex | UInt32(truncatingIfNeeded: hash >> 32) & ~indexMask
    }

    /// The state of a look-up.
    struct Walk {
        fileprivate var bucket: Int
        fileprivate let tag: UInt32
    }

    @inline(__always)
    func walk(_ pair: UInt64) -> Walk {
        let hash = hash(pair)
        return Walk(
            bucket: Int(truncatingIfNeeded: hash) & (buckets - 1),
            tag: UInt32(truncatingIfNeeded: hash >> 32) & ~indexMask)
    }

    /// The next entry index whose pair has the same tag; nil when there is none.
    @inline(__always)
    func next(_ walk: inout Walk) -> UInt32? {
        while true {
            let entry = entries[walk.bucket]
            if entry == Self.free { return nil }
            walk.bucket = (walk.bucket + 1) & (buckets - 1)
            if entry & ~indexMask == walk.tag { return entry & indexMask }
        }
    }

    /// Reads the bucket where a walk for the pair begins.
    @inline(__always)
    func touch(_ pair: UInt64) -> UInt64 {
        UInt64(entries[Int(truncatingIfNeeded: hash(pair)) & (buckets - 1)])
    }
}
