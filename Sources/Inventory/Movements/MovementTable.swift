/// A part of the directory, and how many events are in it.
struct MovementTable {
    /// Segments of 64 pages, so that growing copies nothing.
    private var segments: [UnsafeMutablePointer<MovementPage?>] = []
    private(set) var pageCount: UInt32 = 0
    /// The greatest power of two that is no greater than the count.
    private var size: UInt32 = 1
    var eventCount = 0

    private static let segmentBits: UInt32 = 6
    private static let segmentSize = 1 << Int(segmentBits)
    /// More events a page than this, and the table gets another page.
    private static let eventsPerPage = 48
    /// How many bits of a tag's block may number a page.
    static let indexBits: UInt32 = 22
    private static let maxCount: UInt32 = 1 << indexBits

    func deallocate() {
        for segment in segments { segment.deallocate() }
    }

    var byteCount: Int { segments.count * (Self.segmentSize * MemoryLayout<MovementPage?>.stride + 16) }

    @inline(__always)
    func index(_ tag: MovementTag) -> UInt32 {
        let index = tag.block & (size &* 2 &- 1)
        return index < pageCount ? index : index & (size &- 1)
    }

    @inline(__always)
    subscript(index: UInt32) -> MovementPage? {
        get {
            guard index < pageCount else { return nil }
            return segments[Int(index >> Self.segmentBits)][Int(index) & (Self.segmentSize - 1)]
        }
        nonmutating set {
            segments[Int(index >> Self.segmentBits)][Int(index) & (Self.segmentSize - 1)] = newValue
        }
    }

    @inline(__always)
    var isCrowded: Bool { eventCount > Int(pageCount) * Self.eventsPerPage && pageCount < Self.maxCount }

    /// Makes room for one more page. Returns the page to fill it from, and its own number.
    mutating func grow() -> (from: UInt32, to: UInt32) {
        makeRoom()
        let new = pageCount
        pageCount += 1
        if new == size * 2 { size *= 2 }
        return (new - size, new)
    }

    /// Makes room for the first page.
    mutating func begin() {
        makeRoom()
        pageCount = 1
    }

    private mutating func makeRoom() {
        guard Int(pageCount) == segments.count * Self.segmentSize else { return }
        let segment = UnsafeMutablePointer<MovementPage?>.allocate(capacity: Self.segmentSize)
        segment.initialize(repeating: nil, count: Self.segmentSize)
        segments.append(segment)
    }
}
