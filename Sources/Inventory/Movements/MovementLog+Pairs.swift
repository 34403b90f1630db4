extension MovementLog {
    /// An event's place in the order of time; of two events of one instant the place decides.
    private struct Key: Comparable {
        var time: Int64
        var place: UInt32

        static func < (a: Self, b: Self) -> Bool { (a.time, a.place) < (b.time, b.place) }
    }

    @inline(__always)
    private func key(_ place: MovementPlace) -> Key { Key(time: known(place).time, place: place.rawValue) }

    /// Adds an event to its pair's list; it must be written down already.
    /// - Parameters:
    ///   - newest: the time of the newest event of the pair before this one; of no meaning when `others` is 0.
    ///   - others: how many other events the pair has.
    mutating func link(_ place: MovementPlace, slot: UInt32, newest: Int64, others: UInt32) {
        makeRoom(slot)
        let slot = Int(slot)
        if others == 0 { events[slot].removeAll() }
        if events[slot].isFull, events[slot].rest > 2 * Int(others) + 64 { tidy(slot) }
        let key = key(place)
        guard events[slot].hasSorted else {
            if others == 0 || key.time >= newest {
                events[slot].insert(place, at: Int(events[slot].count))
            } else {
                events[slot].insertUnsorted(place)
            }
            return
        }
        if self.key(events[slot].last) < key {
            return events[slot].insert(place, at: Int(events[slot].count))
        }
        let index = position(key, slot)
        // It may be there already: sorting finds it by what it has become.
        if events[slot][index] == place { return }
        if index == events[slot].rest {
            events[slot].insertUnsorted(place)
        } else {
            events[slot].insert(place, at: index)
        }
    }

    /// Takes an event off its pair's list; it must still be written down as it was.
    mutating func unlink(_ place: MovementPlace, slot: UInt32) {
        let slot = Int(slot)
        guard events[slot].hasSorted else { return }
        let index = position(key(place), slot)
        // One that is not in the ordered end is passed over when the rest is gone through.
        guard index < Int(events[slot].count), events[slot][index] == place else { return }
        events[slot].remove(at: index)
    }

    /// The time of the pair's newest event. The pair must have one.
    mutating func newestTime(slot: UInt32) -> Int64 {
        if !events[Int(slot)].hasSorted { sortNewest(Int(slot)) }
        return key(events[Int(slot)].last).time
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

    /// The first index of the ordered end whose event is not older.
    private func position(_ key: Key, _ slot: Int) -> Int {
        var low = events[slot].rest
        var high = Int(events[slot].count)
        while low < high {
            let middle = (low + high) / 2
            if self.key(events[slot][middle]) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What of the rest is still the pair's, each event once.
    private func valid(_ slot: Int) -> [UInt32] {
        var found: [UInt32] = []
        found.reserveCapacity(events[slot].rest)
        for index in 0..<events[slot].rest {
            let place = events[slot][index]
            if self[place]?.slot == UInt32(slot) { found.append(place.rawValue) }
        }
        found.sort()
        var kept = 0
        for place in found where kept == 0 || found[kept - 1] != place {
            found[kept] = place
            kept += 1
        }
        found.removeLast(found.count - kept)
        return found
    }

    /// Drops from the rest what is no longer the pair's.
    private mutating func tidy(_ slot: Int) {
        let sorted = (events[slot].rest..<Int(events[slot].count)).map { events[slot][$0].rawValue }
        events[slot].replace(rest: valid(slot), sorted: sorted)
    }

    /// The ordered end is used up: the newest of the rest become it.
    private mutating func sortNewest(_ slot: Int) {
        var keys = valid(slot).map { key(MovementPlace(rawValue: $0)) }
        let cut = max(0, keys.count - PairEvents.sortedAfterCut)
        Self.partition(&keys, at: cut)
        let newest = keys[cut...].sorted()
        events[slot].replace(rest: keys[..<cut].map(\.place), sorted: newest.map(\.place))
    }

    /// Rearranges so that nothing before an index is greater than anything from it on.
    private static func partition(_ keys: inout [Key], at index: Int) {
        var low = 0
        var high = keys.count - 1
        while low < high {
            // At random: no input can be made to be the worst for it.
            let pivot = keys[Int.random(in: low...high)]
            var left = low
            var right = high
            while left <= right {
                while keys[left] < pivot { left += 1 }
                while pivot < keys[right] { right -= 1 }
                guard left <= right else { break }
                keys.swapAt(left, right)
                left += 1
                right -= 1
            }
            if index <= right { high = right } else if index >= left { low = left } else { return }
        }
    }
}
