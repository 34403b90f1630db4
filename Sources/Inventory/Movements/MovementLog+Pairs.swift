extension MovementLog {
    /// An event in the order of time.
    private struct Key: Comparable {
        var time: Int64
        var tag: UInt32

        static func < (a: Self, b: Self) -> Bool { (a.time, a.tag) < (b.time, b.tag) }
    }

    /// Of two events of a pair with the same tag, the newer one counts.
    private func time(of tag: MovementTag, _ entry: Int) -> Int64 {
        newestTime(tag, entry: UInt32(entry)) ?? .min
    }

    /// Adds an event to its pair's list. It must be in the log already, and must not be in the ordered end.
    /// - Parameters:
    ///   - time: the event's.
    ///   - newest: no other event of the pair is newer; ignored when `others` is 0.
    ///   - others: how many other events the pair has at most.
    mutating func link(_ spot: Spot, entry: UInt32, time: Int64, newest: Int64, others: UInt32) {
        makeRoom(entry)
        let (entry, tag) = (Int(entry), spot.tag)
        if others == 0 { events[entry].removeAll() }
        if events[entry].isFull, events[entry].rest > 2 * Int(others) + 64 { tidy(entry) }
        if spot.isShared {
            // The other event with this tag may be in the ordered end, at its own time.
            events[entry].insertUnsorted(tag)
            return events[entry].forgetOrder()
        }
        if others == 0 || time >= newest { return events[entry].insert(tag, at: events[entry].count) }
        let index = position(time, entry)
        if index == events[entry].rest {
            events[entry].insertUnsorted(tag)
        } else {
            events[entry].insert(tag, at: index)
        }
    }

    /// Takes an event off its pair's list, before or after its new movement is written.
    mutating func unlink(_ spot: Spot, entry: UInt32) {
        let entry = Int(entry)
        if spot.isShared { return events[entry].forgetOrder() }
        // An event outside the ordered end stays in the list, and `valid` leaves it out.
        if let index = events[entry].sortedIndex(of: spot.tag) { events[entry].remove(at: index) }
    }

    /// The time of the pair's newest event. The pair must have one.
    mutating func newestTime(entry: UInt32) -> Int64 {
        if !events[Int(entry)].hasSorted { sortNewest(Int(entry)) }
        return time(of: events[Int(entry)].last, Int(entry))
    }

    /// Adds an event without keeping the order, for recovery and rollback: the next `newestTime` sorts.
    mutating func linkUnsorted(_ tag: MovementTag, entry: UInt32) {
        makeRoom(entry)
        events[Int(entry)].insertUnsorted(tag)
        events[Int(entry)].forgetOrder()
    }

    mutating func forgetOrder(entry: UInt32) {
        if entry < events.count { events[Int(entry)].forgetOrder() }
    }

    private mutating func makeRoom(_ entry: UInt32) {
        while events.count <= Int(entry) { events.append(PairEvents()) }
    }

    /// The first index in the ordered end whose event is newer. Searches from the end, where most events belong.
    private func position(_ time: Int64, _ entry: Int) -> Int {
        var low = events[entry].rest
        var high = events[entry].count
        var step = 1
        while low < high {
            let middle = max(low, high - step)
            step *= 2
            if self.time(of: events[entry][middle], entry) > time {
                high = middle
            } else {
                low = middle + 1
                break
            }
        }
        while low < high {
            let middle = (low + high) / 2
            if self.time(of: events[entry][middle], entry) > time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The unordered events that are still the pair's, each once, in the order of time.
    private func valid(_ entry: Int) -> [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(events[entry].rest)
        for index in 0..<events[entry].rest {
            let tag = events[entry][index]
            guard let time = newestTime(tag, entry: UInt32(entry)) else { continue }
            keys.append(Key(time: time, tag: tag.rawValue))
        }
        keys.sort()
        // Sorting has put the same event side by side.
        return keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] }.map { keys[$0] }
    }

    /// Drops unordered events that are not the pair's any more.
    private mutating func tidy(_ entry: Int) {
        let sorted = (events[entry].rest..<events[entry].count).map { events[entry][$0].rawValue }
        events[entry].replace(rest: valid(entry).map(\.tag)[...], sorted: sorted[...])
    }

    /// Makes a new ordered end of the newest unordered events.
    private mutating func sortNewest(_ entry: Int) {
        let tags = valid(entry).map(\.tag)
        let cut = max(0, tags.count - PairEvents.sortedAfterCut)
        events[entry].replace(rest: tags[..<cut], sorted: tags[cut...])
    }
}
