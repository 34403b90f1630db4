/// Where the pages are, by linear hashing: twice as many pages are never made at once but one after the other,
/// each of what belongs to it of an older one.
struct MovementDirectory: ~Copyable {
    /// Page by page, 512 together: nothing is ever copied to make room.
    private var segments: [UnsafeMutablePointer<MovementPage?>] = []
    /// Pages that are in use, some of them without events.
    private(set) var count = 0
    /// The greatest power of two that is no greater than the count.
    private var size: UInt32 = 1

    private static let segmentBits = 9
    private static let segmentSize = 1 << segmentBits
    /// A block's bits in a place.
    private static let maxCount = 1 << 26

    deinit {
        for index in 0..<count { self[index]?.deallocate() }
        for segment in segments { segment.deallocate() }
    }

    var byteCount: Int { segments.count * (Self.segmentSize * MemoryLayout<MovementPage?>.stride + 16) }

    /// The page an event belongs to.
    @inline(__always)
    func index(_ place: MovementPlace) -> Int {
        let index = place.block & (size &* 2 &- 1)
        return Int(index < count ? index : index & (size &- 1))
    }

    /// Nil where there are no events.
    @inline(__always)
    subscript(index: Int) -> MovementPage? {
        get {
            guard index < count else { return nil }
            return segments[index >> Self.segmentBits][index & (Self.segmentSize - 1)]
        }
        nonmutating set { segments[index >> Self.segmentBits][index & (Self.segmentSize - 1)] = newValue }
    }

    /// Makes one more, unless there are as many as can be; returns the one to fill it from, nil for the first.
    mutating func grow() -> (from: Int, to: Int)? {
        guard count < Self.maxCount else { return nil }
        if count & (Self.segmentSize - 1) == 0 {
            let segment = UnsafeMutablePointer<MovementPage?>.allocate(capacity: Self.segmentSize)
            segment.initialize(repeating: nil, count: Self.segmentSize)
            segments.append(segment)
        }
        let new = count
        count += 1
        guard new > 0 else { return nil }
        if new == Int(size) * 2 { size *= 2 }
        return (new - Int(size), new)
    }
}
