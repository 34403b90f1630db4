/// The hashes of event ids that are texts, 16 bytes each, in open addressing.
///
/// A place has a tag of one byte besides its id: seven bits of the id's hash, or that the place is free. Eight tags
/// are read as one word, so a look-up of an id that is not there, as nearly every event brings one, reads tags alone.
/// That is what makes it cheap: the tags of a large window lie in a processor's cache, its ids do not.
///
/// The number of places grows in small steps, so that beyond the smallest tables at least 72 of 100 are taken and an id
/// costs at most 24 bytes. Only a rollback can leave more of them free.
struct TextIDs: ~Copyable {
    /// Where an id belongs, from its hash.
    struct Place {
        /// Of the checkpoint: the upper byte is the segment's number.
        let bucket: UInt32
        /// In the segment's table.
        fileprivate let home: UInt32
        fileprivate let tag: UInt8

        @inline(__always)
        init(_ id: EventID, _ hash: IDHash) {
            let bits = hash.hash(id.rawValue ^ Int64(bitPattern: id.high))
            bucket = UInt32(truncatingIfNeeded: bits &>> 48)
            home = UInt32(truncatingIfNeeded: bits)
            tag = UInt8(truncatingIfNeeded: bits &>> 32) | 0x80
        }
    }

    private static let free: UInt8 = 0
    /// Of a place whose id a rollback took out: a search must go on behind it.
    private static let left: UInt8 = 1

    /// Eight tags a group, then the ids.
    private let groups: UnsafeMutablePointer<UInt64>
    private let ids: UnsafeMutablePointer<EventID>
    private let groupCount: UInt32
    /// How many ids there are, and how many places are not free.
    private(set) var count = 0
    private var taken = 0
    /// The table is full when so many places are not free.
    private let limit: Int

    /// The smallest table for this many ids; an empty one takes no memory.
    init(minimumCapacity count: Int = 0) {
        var size: UInt32 = count == 0 ? 0 : 1
        while Self.limit(size) < count { size = Self.size(after: size) }
        groupCount = size
        limit = Self.limit(size)
        groups = .allocate(capacity: Int(size) * 17)
        groups.initialize(repeating: 0, count: Int(size))
        ids = UnsafeMutableRawPointer(groups + Int(size)).assumingMemoryBound(to: EventID.self)
    }

    deinit { groups.deallocate() }

    /// In groups: doubles at first, then 4, 5, 6 and 7 times a power of two.
    private static func size(after size: UInt32) -> UInt32 {
        let bits = size.bitWidth - size.leadingZeroBitCount
        return size < 4 ? size + 1 : size + (1 as UInt32) << UInt32(bits - 3)
    }

    /// Nine tenths of the places, so that there is always a free one.
    private static func limit(_ size: UInt32) -> Int { Int(size) * 8 * 9 / 10 }

    var capacity: Int { Int(groupCount) * 8 }
    var isFull: Bool { taken == limit }

    // MARK: Look-ups

    @inline(__always)
    private func home(_ place: Place) -> Int {
        Int(truncatingIfNeeded: (UInt64(place.home) &* UInt64(groupCount)) &>> 32)
    }

    @inline(__always)
    private func group(after group: Int) -> Int { group &+ 1 == Int(groupCount) ? 0 : group &+ 1 }

    /// The place of an id that is there; nil if it is not.
    @inline(__always)
    private func find(_ id: EventID, _ place: Place) -> Int? {
        guard count > 0 else { return nil }
        let wanted = UInt64(place.tag) &* Self.ones
        var group = home(place)
        while true {
            let tags = groups[group]
            var matches = Self.zeroBytes(tags ^ wanted)
            while matches != 0 {
                let index = group &* 8 &+ matches.trailingZeroBitCount &>> 3
                if ids[index] == id { return index }
                matches &= matches &- 1
            }
            if Self.freePlaces(tags) != 0 { return nil }
            group = self.group(after: group)
        }
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of every byte that is zero, and perhaps of some above the lowest of these.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }

    @inline(__always)
    private static func freePlaces(_ tags: UInt64) -> UInt64 { ~(tags | tags &<< 7) & highBits }

    /// Where the first place without an id begins in the tags; if there is none, the last place.
    @inline(__always)
    private static func roomInBits(_ tags: UInt64) -> Int {
        ((~tags & highBits) | 1 &<< 63).trailingZeroBitCount & ~7
    }

    @inline(__always)
    func contains(_ id: EventID, _ place: Place) -> Bool { find(id, place) != nil }

    /// Reads the tags that `contains` reads first.
    @inline(__always)
    func touch(_ place: Place) -> UInt64 { count == 0 ? 0 : groups[home(place)] }

    /// Reads the memory that `insert` will most likely write.
    @inline(__always)
    func touchFree(_ place: Place) -> UInt64 {
        guard count > 0 else { return 0 }
        let group = home(place)
        return ids[group &* 8 &+ Self.roomInBits(groups[group]) &>> 3].high
    }

    // MARK: Changes

    /// Moves to the smallest table that has room for one id more and for so many.
    @inline(never)
    mutating func grow(_ hash: IDHash, minimumCapacity: Int) {
        var larger = Self(minimumCapacity: max(count + 1, minimumCapacity))
        forEach { larger.insert($0, Place($0, hash)) }
        self = larger
    }

    /// The id must not be there, and there must be room.
    @inline(__always)
    mutating func insert(_ id: EventID, _ place: Place) {
        var group = home(place)
        // Without the high bit a place holds no id.
        while ~groups[group] & Self.highBits == 0 { group = self.group(after: group) }
        let tags = groups[group]
        let bits = Self.roomInBits(tags)
        let old = UInt8(truncatingIfNeeded: tags &>> UInt64(bits))
        groups[group] = tags ^ UInt64(old ^ place.tag) &<< UInt64(bits)
        ids[group &* 8 &+ bits &>> 3] = id
        count &+= 1
        if old == Self.free { taken &+= 1 }
    }

    /// Takes out an id that is there.
    mutating func remove(_ id: EventID, _ place: Place) {
        guard let index = find(id, place) else { preconditionFailure("only what is there is removed") }
        let (group, bits) = (index / 8, UInt64(index % 8 * 8))
        // No search went on behind a group that has a free place.
        let isLast = Self.freePlaces(groups[group]) != 0
        let tag: UInt8 = isLast ? Self.free : Self.left
        groups[group] ^= UInt64(place.tag ^ tag) &<< bits
        count -= 1
        if isLast { taken -= 1 }
    }

    @inline(__always)
    func forEach(_ body: (EventID) -> Void) {
        for group in 0..<Int(groupCount) {
            var members = groups[group] & Self.highBits
            while members != 0 {
                body(ids[group * 8 + members.trailingZeroBitCount >> 3])
                members &= members - 1
            }
        }
    }
}
