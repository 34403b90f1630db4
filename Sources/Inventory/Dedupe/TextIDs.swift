/// The hashes of event ids that are texts, 16 bytes each, in the order in which they came, and a table to find them.
///
/// The table is open addressing over the ids' numbers. A place has a tag of one byte besides the number: seven bits of
/// the id's hash, or 0 where it is free. Eight tags are read as one word, so a look-up of an id that is not there, as
/// nearly every event brings one, reads tags alone. That is what makes it cheap: the tags of a large window lie in a
/// processor's cache, its ids do not. Nothing but the table moves when a segment grows.
///
/// The number of places grows in small steps, so that beyond the smallest tables at least 72 of 100 are taken and an
/// id costs at most 24 bytes.
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

    private static let chunkBits = 5

    private(set) var count = 0
    /// Of 32 ids each.
    private var chunks: [UnsafeMutablePointer<EventID>] = []
    /// Eight tags a group, then eight numbers a group.
    private var table = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private var groupCount: UInt32 = 0
    /// How many ids the table has room for.
    private var limit = 0

    deinit {
        for chunk in chunks { chunk.deallocate() }
        table.deallocate()
    }

    /// In groups: one more at first, then 4, 5, 6 and 7 times a power of two.
    private static func size(after size: UInt32) -> UInt32 {
        let bits = size.bitWidth - size.leadingZeroBitCount
        return size < 4 ? size + 1 : size + (1 as UInt32) << UInt32(bits - 3)
    }

    /// Nine tenths of the places, so that there is always a free one.
    private static func limit(_ size: UInt32) -> Int { Int(size) * 8 * 9 / 10 }

    var isFull: Bool { count == limit }

    /// What the ids take in memory.
    var byteCount: Int { Int(groupCount) * 40 + chunks.count * MemoryLayout<EventID>.stride << Self.chunkBits }

    /// Where there is a table.
    @inline(__always)
    private var tags: UnsafeMutablePointer<UInt64> { table.baseAddress.unsafelyUnwrapped }

    @inline(__always)
    private var numbers: UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(tags + Int(groupCount)).assumingMemoryBound(to: UInt32.self)
    }

    @inline(__always)
    private func id(_ number: Int) -> EventID {
        chunks[number &>> Self.chunkBits][number & (1 &<< Self.chunkBits &- 1)]
    }

    // MARK: Look-ups

    @inline(__always)
    private func home(_ place: Place) -> Int {
        Int(truncatingIfNeeded: (UInt64(place.home) &* UInt64(groupCount)) &>> 32)
    }

    @inline(__always)
    private func group(after group: Int) -> Int { group &+ 1 == Int(groupCount) ? 0 : group &+ 1 }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of every byte that is the tag, and perhaps of others, of which none is free.
    @inline(__always)
    private static func matches(_ tags: UInt64, _ tag: UInt8) -> UInt64 {
        let others = tags ^ UInt64(tag) &* ones
        return (others &- ones) & ~others & highBits
    }

    @inline(__always)
    func contains(_ id: EventID, _ place: Place) -> Bool {
        guard count > 0 else { return false }
        var group = home(place)
        while true {
            let present = tags[group]
            var matches = Self.matches(present, place.tag)
            while matches != 0 {
                let index = group &* 8 &+ matches.trailingZeroBitCount &>> 3
                if self.id(Int(numbers[index])) == id { return true }
                matches &= matches &- 1
            }
            if ~present & Self.highBits != 0 { return false }
            group = self.group(after: group)
        }
    }

    /// Reads the tags that `contains` reads first.
    @inline(__always)
    func touch(_ place: Place) -> UInt64 { count == 0 ? 0 : tags[home(place)] }

    /// Reads the number that `insert` will most likely write.
    @inline(__always)
    func touchFree(_ place: Place) -> UInt64 {
        guard count > 0 else { return 0 }
        let group = home(place)
        let room = ((~tags[group] & Self.highBits) | 1 &<< 63).trailingZeroBitCount
        return UInt64(numbers[group &* 8 &+ room &>> 3])
    }

    // MARK: Changes

    /// Moves to the smallest table that has room for one id more and for so many.
    @inline(never)
    mutating func grow(_ hash: IDHash, minimumCapacity: Int) {
        var size = groupCount
        while Self.limit(size) < max(count + 1, minimumCapacity) { size = Self.size(after: size) }
        table.deallocate()
        table = .allocate(capacity: Int(size) * 5)
        table.initialize(repeating: 0)
        groupCount = size
        limit = Self.limit(size)
        for number in 0..<count { enter(number, Place(id(number), hash)) }
    }

    /// The id must not be there, and there must be room.
    @inline(__always)
    mutating func insert(_ id: EventID, _ place: Place) {
        let (chunk, index) = (count &>> Self.chunkBits, count & (1 &<< Self.chunkBits &- 1))
        if index == 0, chunk == chunks.count { chunks.append(.allocate(capacity: 1 << Self.chunkBits)) }
        chunks[chunk][index] = id
        enter(count, place)
        count &+= 1
    }

    @inline(__always)
    private func enter(_ number: Int, _ place: Place) {
        var group = home(place)
        while ~tags[group] & Self.highBits == 0 { group = self.group(after: group) }
        let bit = (~tags[group] & Self.highBits).trailingZeroBitCount & ~7
        tags[group] |= UInt64(place.tag) &<< UInt64(bit)
        numbers[group &* 8 &+ bit &>> 3] = UInt32(truncatingIfNeeded: number)
    }

    /// Takes out the id that was inserted last. So the table is as if it had never been there, although searches end
    /// at a free place.
    mutating func removeLast(_ hash: IDHash) {
        let number = count - 1
        let place = Place(id(number), hash)
        var group = home(place)
        while true {
            for index in 0..<8 where numbers[group * 8 + index] == UInt32(number) {
                let tag = UInt64(place.tag) &<< UInt64(index * 8)
                guard tags[group] & (0xFF &<< UInt64(index * 8)) == tag else { continue }
                tags[group] ^= tag
                count = number
                return
            }
            group = self.group(after: group)
        }
    }

    @inline(__always)
    func forEach(_ body: (EventID) -> Void) {
        for number in 0..<count { body(id(number)) }
    }
}
