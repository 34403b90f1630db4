/// The events of one pair, kept so that the newest of them is found when the newest goes.
///
/// The end of the list, at most `sortedLimit` events, is in the order of time, none of the rest being newer. The rest
/// is in no order and may name events that were deleted, have moved to another pair or are in the list twice:
/// it is gone through only when the ordered end is used up, and gives it the newest 512 then. So a delete
/// costs a shift within the end, and one in 512 a walk through the pair's events.
struct PairEvents {
    private(set) var places: UnsafeMutablePointer<UInt32>?
    private(set) var count: UInt32 = 0
    private var capacity: UInt32 = 0
    /// Where the ordered end begins.
    private(set) var sortedFrom: UInt32 = 0

    static let sortedLimit = 1_024
    static let sortedAfterCut = 512

    func deallocate() { places?.deallocate() }

    var isFull: Bool { count == capacity }
    var hasSorted: Bool { sortedFrom < count }
    var sortedCount: Int { Int(count - sortedFrom) }
    var rest: Int { Int(sortedFrom) }
    var byteCount: Int { Int(capacity) * MemoryLayout<UInt32>.size }

    subscript(index: Int) -> MovementPlace {
        MovementPlace(rawValue: (places.unsafelyUnwrapped + index).pointee)
    }

    var last: MovementPlace { self[Int(count) - 1] }

    mutating func removeAll() {
        count = 0
        sortedFrom = 0
    }

    /// Gives up the order; the list stays.
    mutating func forgetOrder() { sortedFrom = count }

    mutating func insert(_ place: MovementPlace, at index: Int) {
        if isFull { grow() }
        let at = places.unsafelyUnwrapped + index
        (at + 1).update(from: at, count: Int(count) - index)
        at.pointee = place.rawValue
        count += 1
        if sortedCount > Self.sortedLimit { sortedFrom = count - UInt32(Self.sortedAfterCut) }
    }

    /// Puts an event among those in no order.
    mutating func insertUnsorted(_ place: MovementPlace) {
        insert(place, at: Int(sortedFrom))
        sortedFrom += 1
    }

    mutating func remove(at index: Int) {
        let at = places.unsafelyUnwrapped + index
        at.update(from: at + 1, count: Int(count) - index - 1)
        count -= 1
    }

    /// Replaces the whole list.
    mutating func replace(rest: [UInt32], sorted: [UInt32]) {
        count = 0
        while Int(capacity) < rest.count + sorted.count { grow() }
        if let places {
            for (index, place) in rest.enumerated() { places[index] = place }
            for (index, place) in sorted.enumerated() { places[rest.count + index] = place }
        }
        count = UInt32(rest.count + sorted.count)
        sortedFrom = UInt32(rest.count)
    }

    /// By a quarter: with many events for each pair, room not used is a tenth of the list.
    private mutating func grow() {
        let wanted = capacity < 4 ? capacity + 2 : capacity + max(2, capacity / 4)
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(wanted))
        if let places {
            larger.moveInitialize(from: places, count: Int(count))
            places.deallocate()
        }
        places = larger
        capacity = wanted
    }
}
