/// What a change of a row did.
public enum RowOutcome: Equatable, Sendable {
    case inserted
    /// The old movement was taken back and the new one applied.
    case updated
    case deleted
    /// All events were taken back, so many.
    case truncated(Int)
    /// It says what is known already: no stock changed.
    case duplicate
    /// A newer version of the row is known: nothing changed.
    case stale
    /// The sum would not fit in 64 bits: nothing changed.
    case overflow
    /// A truncation that cannot be put in order with the changes of other partitions: nothing changed.
    case unordered
    /// More ranges of event ids than can be remembered: nothing changed.
    case full
}

extension Aggregate {
    /// Follows a change of a row of the events table. What an update or a delete takes back is what was counted for
    /// the event's id, whatever the change says of the row before.
    public mutating func apply(_ change: RowChange, source: Source) -> RowOutcome {
        switch change {
        case .upsert(let event, let version): upsert(event, version, source)
        case .delete(let id, let version): delete(id, version, source)
        case .truncate(let version): truncate(version, source)
        }
    }

    /// Whether events were counted as rows that may change. Those counted by `apply(_:lane:source:)` cannot be
    /// taken back, so a shard has the one or the other.
    public var followsRows: Bool { movements.count > 0 || movements.truncated != nil }

    /// Whether any pair has an event. Looks at every cell.
    public var hasEvents: Bool { (0..<table.count).contains { table.cells[$0].events > 0 } }

    private mutating func upsert(_ event: OrderEvent, _ next: RowVersion, _ source: Source) -> RowOutcome {
        guard let place = movements.place(of: event.id.rawValue) else { return .full }
        let before = movements[place]
        guard let version = version(next, after: before) else { return .stale }
        let slot = table.find(event.pair.packed) ?? add(event.pair)
        let after = Movement(
            slot: slot, units: Int32(truncatingIfNeeded: event.units), time: event.time.microseconds,
            version: version)
        if let before, before.isLive, before.slot == slot, before.units == after.units,
            before.time == after.time
        {
            if before != after { write(after, at: place, before) }
            return .duplicate
        }
        guard fits(after, insteadOf: before) else { return .overflow }
        if let before, before.isLive { movements.unlink(place, slot: before.slot) }
        write(after, at: place, before)
        if let before, before.isLive { takeBack(before, source) }
        count(after, at: place, source)
        return before?.isLive == true ? .updated : .inserted
    }

    private mutating func delete(_ id: EventID, _ next: RowVersion, _ source: Source) -> RowOutcome {
        guard let place = movements.place(of: id.rawValue) else { return .full }
        let before = movements[place]
        guard let version = version(next, after: before) else {
            if let before { note(next, before, at: place) }
            return .stale
        }
        if before == .deleted(version) { return .duplicate }
        guard let before, before.isLive else {
            write(.deleted(version), at: place, before)
            return before == nil ? .deleted : .duplicate
        }
        remove(before, at: place, version, source)
        return .deleted
    }

    /// A stale delete changes nothing, but what follows it must be known for its tombstone.
    private mutating func note(_ stale: RowVersion, _ before: Movement, at place: MovementPlace) {
        let noted = Movement(
            slot: before.slot, units: before.units, time: before.time, version: before.version.noting(stale))
        if noted != before { write(noted, at: place, before) }
    }

    private mutating func truncate(_ next: RowVersion, _ source: Source) -> RowOutcome {
        // Without a version only the order of the log tells which rows were there, and between partitions
        // there is none.
        guard next != .none || laneCount == 1 else { return .unordered }
        guard let floor = (movements.truncated ?? .none).advanced(by: next) else { return .stale }
        journal.truncated.append(movements.truncated)
        movements.truncated = floor
        var count = 0
        for chunk in 0..<movements.chunkCount {
            for bit in 0..<MovementChunk.idsPerChunk {
                let place = MovementPlace(chunk: chunk, bit: bit)
                guard let before = movements[place], before.isLive,
                    let version = before.version.advanced(by: next)
                else { continue }
                remove(before, at: place, version, source)
                count += 1
            }
        }
        return .truncated(count)
    }

    /// What the row's version becomes; nil when a newer one, or a newer truncation, is known.
    private func version(_ next: RowVersion, after before: Movement?) -> RowVersion? {
        if let truncated = movements.truncated, truncated.advanced(by: next) == nil { return nil }
        return (before?.version ?? .none).advanced(by: next)
    }

    private func fits(_ after: Movement, insteadOf before: Movement?) -> Bool {
        var sum = Int128(table.cells[Int(after.slot)].stock) + Int128(after.units)
        if let before, before.isLive {
            if before.slot == after.slot {
                sum -= Int128(before.units)
            } else {
                let other = table.cells[Int(before.slot)].stock
                if other.subtractingReportingOverflow(Int64(before.units)).overflow { return false }
            }
        }
        return Int64(exactly: sum) != nil
    }

    private mutating func remove(
        _ before: Movement, at place: MovementPlace, _ version: RowVersion, _ source: Source
    ) {
        movements.unlink(place, slot: before.slot)
        write(.deleted(version), at: place, before)
        takeBack(before, source)
    }

    /// Takes a movement back out of its cell; it is off the pair's list, and written down as what it becomes.
    private mutating func takeBack(_ before: Movement, _ source: Source) {
        let cell = table.cells + Int(before.slot)
        touch(before.slot, cell, source)
        cell.pointee.stock &-= Int64(before.units)
        cell.pointee.events -= 1
        if cell.pointee.events == 0 {
            cell.pointee.lastUpdated = .min
        } else if before.time == cell.pointee.lastUpdated {
            cell.pointee.lastUpdated = movements.newestTime(slot: before.slot)
        }
    }

    /// Counts a movement that is written down.
    private mutating func count(_ movement: Movement, at place: MovementPlace, _ source: Source) {
        let cell = table.cells + Int(movement.slot)
        touch(movement.slot, cell, source)
        movements.link(
            place, slot: movement.slot, newest: cell.pointee.lastUpdated, others: cell.pointee.events)
        cell.pointee.stock &+= Int64(movement.units)
        cell.pointee.lastUpdated = max(cell.pointee.lastUpdated, movement.time)
        cell.pointee.events += 1
    }

    private mutating func write(_ after: Movement, at place: MovementPlace, _ before: Movement?) {
        journal.moved.append(Journal.Moved(place: place, before: before))
        movements.set(after, at: place)
    }

    /// Puts the movements of the open transaction back; the cells' before-images are put back beside it.
    mutating func rollbackMovements() {
        for moved in journal.moved.reversed() {
            if let now = movements[moved.place], now.isLive { movements.forgetOrder(slot: now.slot) }
            movements.set(moved.before, at: moved.place)
            if let before = moved.before, before.isLive {
                movements.linkUnsorted(moved.place, slot: before.slot)
            }
        }
        for before in journal.truncated.reversed() { movements.truncated = before }
    }
}
