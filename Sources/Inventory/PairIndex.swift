/// Finds the slots of a `PairTable` by pair: open addressing, linear probing, 4 bytes a place.
///
/// An entry is a slot and, in the bits that slots of a table of this size leave free, a tag of the pair's
/// hash. A walk along occupied places thereby stays within the index: other pairs' entries, each a cache miss of
/// its own, are read once in 2ᵗ of their places, with t = 32 − log₂(places) bits of tag.
struct PairIndex: ~Copyable {
    private let entries: UnsafeMutablePointer<UInt32>
    /// A power of two, at most three quarters of them taken.
    private let places: Int
    private let slotMask: UInt32
    /// Differs between tables so that no input can be made to collide in all of them.
    private let seed: UInt64

    /// Slots are below three quarters of the places, so no entry has every bit set.
    private static let free = UInt32.max

    init(capacity: Int) {
        seed = UInt64.random(in: .min ... .max)
        places = Self.places(for: capacity)
        slotMask = UInt32(truncatingIfNeeded: places - 1)
        entries = .allocate(capacity: places)
        entries.initialize(repeating: Self.free, count: places)
    }

    deinit { entries.deallocate() }

    private static func places(for capacity: Int) -> Int {
        var places = 32
        while places * 3 < capacity * 4 { places *= 2 }
        return places
    }

    /// Whether so many entries would be too many.
    func isFull(with count: Int) -> Bool { count * 4 > places * 3 }

    @inline(__always)
    private func hash(_ pair: UInt64) -> UInt64 {
        let product = (pair ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    /// The pair must not be there, and there must be room.
    mutating func insert(_ pair: UInt64, _ slot: UInt32) {
        let hash = hash(pair)
        var place = Int(truncatingIfNeeded: hash) & (places - 1)
        while entries[place] != Self.free { place = (place + 1) & (places - 1) }
        entries[place] = slot | UInt32(truncatingIfNeeded: hash >> 32) & ~slotMask
    }

    /// Where a look-up has come.
    struct Walk {
        fileprivate var place: Int
        fileprivate let tag: UInt32
    }

    @inline(__always)
    func walk(_ pair: UInt64) -> Walk {
        let hash = hash(pair)
        return Walk(
            place: Int(truncatingIfNeeded: hash) & (places - 1),
            tag: UInt32(truncatingIfNeeded: hash >> 32) & ~slotMask)
    }

    /// The next slot whose pair has the same tag; nil when there is none.
    @inline(__always)
    func next(_ walk: inout Walk) -> UInt32? {
        while true {
            let entry = entries[walk.place]
            if entry == Self.free { return nil }
            walk.place = (walk.place + 1) & (places - 1)
            if entry & ~slotMask == walk.tag { return entry & slotMask }
        }
    }

    /// Reads the place where a walk for the pair begins.
    @inline(__always)
    func touch(_ pair: UInt64) -> UInt64 {
        UInt64(entries[Int(truncatingIfNeeded: hash(pair)) & (places - 1)])
    }
}
