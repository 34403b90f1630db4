/// The events of one pair, kept to find the newest of the remaining when the newest is taken back.
///
/// The end of the list, at most `sortedLimit` events, is in the order of time; no other event is newer. The rest is
/// in no order, and may hold events twice, or events that were deleted or moved to another pair. When the ordered end
/// is used up, the newest 512 of the rest become the new one. So a delete costs a shift within the end, and one in
/// 512 a walk through the pair's events.
struct PairEvents {
    private struct Header {
        var count: UInt32
        var capacity: UInt32
        /// Where the ordered end begins.
        var sortedFrom: UInt32
    }

    /// Header and tags; a pair without events has none, since there may be many pairs.
    private var memory: UnsafeMutableRawPointer?

    static let sortedLimit = 1_024
    static let sortedAfterCut = 512

    func deallocate() { memory?.deallocate() }

    private var header: UnsafeMutablePointer<Header>? { memory?.assumingMemoryBound(to: Header.self) }

    private var tags: UnsafeMutablePointer<UInt32> {
        (memory.unsafelyUnwrapped + MemoryLayout<Header>.size).assumingMemoryBound(to: UInt32.self)
    }

    private static func byteCount(_ capacity: Int) -> Int {
        MemoryLayout<Header>.size + capacity * MemoryLayout<UInt32>.size
    }

    var count: Int { Int(header?.pointee.count ?? 0) }
    var rest: Int { Int(header?.pointee.sortedFrom ?? 0) }
    private var capacity: Int { Int(header?.pointee.capacity ?? 0) }
    var isFull: Bool { count == capacity }
    var hasSorted: Bool { rest < count }
    /// Memory held, in bytes, with what the allocator adds.
    var byteCount: Int { memory == nil ? 0 : (Self.byteCount(capacity) + 8 + 15) & ~15 }

    subscript(index: Int) -> MovementTag { MovementTag(rawValue: tags[index]) }

    var last: MovementTag { self[count - 1] }

    /// The index of a tag in the ordered end; nil if it is not there.
    func sortedIndex(of tag: MovementTag) -> Int? {
        let index = rest < count ? tags.firstIndex(of: tag.rawValue, from: rest, to: count) : count
        return index < count ? index : nil
    }

    mutating func removeAll() { setCounts(0, sortedFrom: 0) }

    /// Gives up the order; the list stays.
    mutating func forgetOrder() { setCounts(count, sortedFrom: count) }

    private func setCounts(_ count: Int, sortedFrom: Int) {
        header?.pointee.count = UInt32(count)
        header?.pointee.sortedFrom = UInt32(sortedFrom)
    }

    mutating func insert(_ tag: MovementTag, at index: Int) {
        if isFull { grow(to: count + 1) }
        let at = tags + index
        (at + 1).update(from: at, count: count - index)
        at.pointee = tag.rawValue
        let isOverLimit = count + 1 - rest > Self.sortedLimit
        setCounts(count + 1, sortedFrom: isOverLimit ? count + 1 - Self.sortedAfterCut : rest)
    }

    /// Puts an event among those in no order.
    mutating func insertUnsorted(_ tag: MovementTag) {
        insert(tag, at: rest)
        setCounts(count, sortedFrom: rest + 1)
    }

    mutating func remove(at index: Int) {
        let at = tags + index
        at.update(from: at + 1, count: count - index - 1)
        setCounts(count - 1, sortedFrom: rest)
    }

    /// Replaces the whole list.
    mutating func replace(rest: ArraySlice<UInt32>, sorted: ArraySlice<UInt32>) {
        let count = rest.count + sorted.count
        if capacity < count { grow(to: count) }
        setCounts(count, sortedFrom: rest.count)
        guard count > 0 else { return }
        for (index, tag) in rest.enumerated() { tags[index] = tag }
        for (index, tag) in sorted.enumerated() { tags[rest.count + index] = tag }
    }

    /// Grows by an eighth, to a size that the allocator does not round up: with many events for each pair, unused
    /// room is a twentieth of the list.
    private mutating func grow(to wanted: Int) {
        let capacity = (wanted + wanted / 8) | 3
        let larger = UnsafeMutableRawPointer.allocate(byteCount: Self.byteCount(capacity), alignment: 4)
        larger.initializeMemory(
            as: Header.self,
            to: Header(count: UInt32(count), capacity: UInt32(capacity), sortedFrom: UInt32(rest)))
        if let memory {
            let size = MemoryLayout<Header>.size
            (larger + size).copyMemory(from: memory + size, byteCount: count * 4)
            memory.deallocate()
        }
        memory = larger
    }
}
