/// What a change of a row did.
public enum RowOutcome: Equatable, Sendable {
    case inserted
    /// The old movement was taken back and the new one applied.
    case updated
    case deleted
    /// How many events were taken back: all of them.
    case truncated(Int)
    /// The change repeats what is known: no stock changed.
    case duplicate
    /// A newer version of the row is known: nothing changed.
    case stale
    /// The sum would not fit in 64 bits: nothing changed.
    case overflow
    /// The truncation has no version, so it has no order among the changes of other partitions: nothing changed.
    case unordered
    /// The change leaves the type out, and no known row tells it: nothing changed.
    case typeUnknown
    /// The pair has a new text as an id, and the shard takes no more of them: nothing changed.
    case tooManyNames
}

extension Aggregate {
    /// Applies a change of a row of the events table. An update or a delete takes back what was counted for the event
    /// id; what the change says of the old row is ignored.
    public mutating func apply(_ change: RowChange, source: Source) -> RowOutcome {
        switch change {
        case .upsert(let event, let version): upsert(event, keepsType: false, version, source)
        case .upsertKeepingType(let event, let version): upsert(event, keepsType: true, version, source)
        case .delete(let id, let version): delete(id, version, source)
        case .truncate(let version): truncate(version, source)
        }
    }

    /// Whether events were counted as rows that may change. Events counted by `apply(_:input:source:)` cannot be
    /// taken back, so a shard has only one kind.
    public var followsRows: Bool { movements.count > 0 || movements.truncated != nil }

    /// Whether any pair has an event. Looks at every entry.
    public var hasEvents: Bool { (0..<table.count).contains { table.entries[$0].events > 0 } }

    private mutating func upsert(
        _ event: OrderEvent, keepsType: Bool, _ next: RowVersion, _ source: Source
    ) -> RowOutcome {
        let spot = movements.look(event.id)
        let before = movements[spot]
        guard let version = version(next, after: before) else { return .stale }
        guard let units = keepsType ? keptUnits(event, before) : event.units else { return .typeUnknown }
        guard let index = findOrAdmit(event.pair) else { return .tooManyNames }
        let after = Movement(
            entry: index, units: Int32(truncatingIfNeeded: units), time: event.time.microseconds,
            version: version)
        if let before, before.isLive, before.entry == index, before.units == after.units,
            before.time == after.time
        {
            if before != after { write(after, at: spot, before) }
            return .duplicate
        }
        guard fits(after, insteadOf: before) else { return .overflow }
        if let before, before.isLive { movements.unlink(spot, entry: before.entry) }
        write(after, at: spot, before)
        count(after, at: spot, source)
        if let before, before.isLive { takeBack(before, source) }
        return before?.isLive == true ? .updated : .inserted
    }

    /// The units of an event that keeps the type of its known row; nil when that row does not tell the type.
    private func keptUnits(_ event: OrderEvent, _ before: Movement?) -> Int64? {
        guard let before, before.isLive, before.units != 0 || event.units == 0 else { return nil }
        return before.units < 0 ? -event.units : event.units
    }

    private mutating func delete(_ id: EventID, _ next: RowVersion, _ source: Source) -> RowOutcome {
        let spot = movements.look(id)
        let before = movements[spot]
        guard let version = version(next, after: before) else {
            if let before { note(next, before, at: spot) }
            return .stale
        }
        if before == .deleted(version) { return .duplicate }
        guard let before, before.isLive else {
            write(.deleted(version), at: spot, before)
            return before == nil ? .deleted : .duplicate
        }
        remove(before, at: spot, version, source)
        return .deleted
    }

    /// A stale delete changes nothing, but the tombstone that follows it must be recognised.
    private mutating func note(_ stale: RowVersion, _ before: Movement, at spot: MovementLog.Spot) {
        let noted = Movement(
            entry: before.entry, units: before.units, time: before.time, version: before.version.noting(stale)
        )
        if noted != before { write(noted, at: spot, before) }
    }

    private mutating func truncate(_ next: RowVersion, _ source: Source) -> RowOutcome {
        // Without a version only the log's order tells which rows the truncation deletes, and there is none between
        // partitions.
        guard next != .none || inputCount == 1 else { return .unordered }
        guard let floor = (movements.truncated ?? .none).advanced(by: next) else { return .stale }
        journal.truncated.append(movements.truncated)
        movements.truncated = floor
        var count = 0
        for index in movements.pages {
            for row in 0..<(movements.page(index)?.count ?? 0) {
                guard let page = movements.page(index), let version = page[row].version.advanced(by: next)
                else { continue }
                let (before, spot) = (page[row], movements.look(page.key(row)))
                guard before.isLive else { continue }
                remove(before, at: spot, version, source)
                count += 1
            }
        }
        return .truncated(count)
    }

    /// The row's new version; nil when a newer one, or a newer truncation, is known.
    private func version(_ next: RowVersion, after before: Movement?) -> RowVersion? {
        if let truncated = movements.truncated, truncated.advanced(by: next) == nil { return nil }
        return (before?.version ?? .none).advanced(by: next)
    }

    private func fits(_ after: Movement, insteadOf before: Movement?) -> Bool {
        var sum = Int128(table.entries[Int(after.entry)].stock) + Int128(after.units)
        if let before, before.isLive {
            if before.entry == after.entry {
                sum -= Int128(before.units)
            } else {
                let other = table.entries[Int(before.entry)].stock
                if other.subtractingReportingOverflow(Int64(before.units)).overflow { return false }
            }
        }
        return Int64(exactly: sum) != nil
    }

    private mutating func remove(
        _ before: Movement, at spot: MovementLog.Spot, _ version: RowVersion, _ source: Source
    ) {
        movements.unlink(spot, entry: before.entry)
        write(.deleted(version), at: spot, before)
        takeBack(before, source)
    }

    /// Takes a movement back out of its entry. The pair's list and the movement log must be without it already.
    private mutating func takeBack(_ before: Movement, _ source: Source) {
        let entry = table.entries + Int(before.entry)
        touch(before.entry, entry, source)
        entry.pointee.stock &-= Int64(before.units)
        entry.pointee.events -= 1
        if entry.pointee.events == 0 {
            entry.pointee.lastUpdated = .min
        } else if before.time == entry.pointee.lastUpdated {
            entry.pointee.lastUpdated = movements.newestTime(entry: before.entry)
        }
    }

    /// Counts a movement that is in the movement log already.
    private mutating func count(_ movement: Movement, at spot: MovementLog.Spot, _ source: Source) {
        let entry = table.entries + Int(movement.entry)
        touch(movement.entry, entry, source)
        movements.link(
            spot, entry: movement.entry, time: movement.time, newest: entry.pointee.lastUpdated,
            others: entry.pointee.events)
        entry.pointee.stock &+= Int64(movement.units)
        entry.pointee.lastUpdated = max(entry.pointee.lastUpdated, movement.time)
        entry.pointee.events += 1
    }

    private mutating func write(_ after: Movement, at spot: MovementLog.Spot, _ before: Movement?) {
        if let before {
            journal.moved.append((spot.key, before))
        } else {
            journal.added.append(spot.key)
        }
        movements.set(after, at: spot)
    }

    /// Rolls back the movements of the open transaction; `rollback` restores the entries.
    mutating func rollbackMovements() {
        for moved in journal.moved.reversed() { rollback(moved.before, moved.key) }
        // Last, because `moved` also holds later changes of these events.
        for key in journal.added.reversed() { rollback(nil, key) }
        for before in journal.truncated.reversed() { movements.truncated = before }
    }

    private mutating func rollback(_ before: Movement?, _ key: MovementKey) {
        let spot = movements.look(key)
        if let now = movements[spot], now.isLive { movements.forgetOrder(entry: now.entry) }
        movements.set(before, at: spot)
        if let before, before.isLive { movements.linkUnsorted(key.tag, entry: before.entry) }
    }
}
