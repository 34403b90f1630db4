extension MovementLog {
    /// An event in the order of time.
    private struct Key: Comparable {
        var time: Int64
        var place: UInt32

        static func < (a: Self, b: Self) -> Bool { (a.time, a.place) < (b.time, b.place) }
    }

    /// Of two events of a pair with the same place, the newer one counts.
    private func time(of place: MovementPlace, _ slot: Int) -> Int64 {
        newestTime(place, slot: UInt32(slot)) ?? .min
    }

    /// Adds an event to its pair's list, of whose ordered end it must not be; it must be written down already.
    /// - Parameters:
    ///   - time: the event's.
    ///   - newest: no event of the pair before this one is newer; of no meaning when `others` is 0.
    ///   - others: how many other events the pair has at most.
    mutating func link(_ spot: Spot, slot: UInt32, time: Int64, newest: Int64, others: UInt32) {
        makeRoom(slot)
        let (slot, place) = (Int(slot), spot.place)
        if others == 0 { events[slot].removeAll() }
        if events[slot].isFull, events[slot].rest > 2 * Int(others) + 64 { tidy(slot) }
        if spot.isShared {
            // The other one may be in the ordered end, in the place of its own time.
            events[slot].insertUnsorted(place)
            return events[slot].forgetOrder()
        }
        if others == 0 || time >= newest { return events[slot].insert(place, at: events[slot].count) }
        let index = position(time, slot)
        if index == events[slot].rest {
            events[slot].insertUnsorted(place)
        } else {
            events[slot].insert(place, at: index)
        }
    }

    /// Takes an event off its pair's list, before or after it is written down as what it becomes.
    mutating func unlink(_ spot: Spot, slot: UInt32) {
        let slot = Int(slot)
        if spot.isShared { return events[slot].forgetOrder() }
        // One that is not in the ordered end is passed over when the rest is gone through.
        if let index = events[slot].sortedIndex(of: spot.place) { events[slot].remove(at: index) }
    }

    /// The time of the pair's newest event. The pair must have one.
    mutating func newestTime(slot: UInt32) -> Int64 {
        if !events[Int(slot)].hasSorted { sortNewest(Int(slot)) }
        return time(of: events[Int(slot)].last, Int(slot))
    }

    /// Adds an event without keeping the order: what a recovery or a rollback has time for.
    mutating func linkUnsorted(_ place: MovementPlace, slot: UInt32) {
        makeRoom(slot)
        events[Int(slot)].insertUnsorted(place)
        events[Int(slot)].forgetOrder()
    }

    mutating func forgetOrder(slot: UInt32) {
        if slot < events.count { events[Int(slot)].forgetOrder() }
    }

    private mutating func makeRoom(_ slot: UInt32) {
        while events.count <= Int(slot) { events.append(PairEvents()) }
    }

    /// The first index of the ordered end whose event is newer. Sought from the end, where most are put.
    private func position(_ time: Int64, _ slot: Int) -> Int {
        var low = events[slot].rest
        var high = events[slot].count
        var step = 1
        while low < high {
            let middle = max(low, high - step)
            step *= 2
            if self.time(of: events[slot][middle], slot) > time {
                high = middle
            } else {
                low = middle + 1
                break
            }
        }
        while low < high {
            let middle = (low + high) / 2
            if self.time(of: events[slot][middle], slot) > time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// What of the rest is still the pair's, each once, in the order of time.
    private func valid(_ slot: Int) -> [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(events[slot].rest)
        for index in 0..<events[slot].rest {
            let place = events[slot][index]
            guard let time = newestTime(place, slot: UInt32(slot)) else { continue }
            keys.append(Key(time: time, place: place.rawValue))
        }
        keys.sort()
        // What is in the list twice lies together now.
        return keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] }.map { keys[$0] }
    }

    /// Drops from the rest what is no longer the pair's.
    private mutating func tidy(_ slot: Int) {
        let sorted = (events[slot].rest..<events[slot].count).map { events[slot][$0].rawValue }
        events[slot].replace(rest: valid(slot).map(\.place)[...], sorted: sorted[...])
    }

    /// The ordered end is used up: the newest of the rest become it.
    private mutating func sortNewest(_ slot: Int) {
        let places = valid(slot).map(\.place)
        let cut = max(0, places.count - PairEvents.sortedAfterCut)
        events[slot].replace(rest: places[..<cut], sorted: places[cut...])
    }
}
