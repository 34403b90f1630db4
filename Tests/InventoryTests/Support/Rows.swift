@testable import Inventory

/// An aggregate that follows rows, with short ways to change them.
final class Rows {
    struct Cell: Equatable {
        var stock: Int64
        var events: UInt32
        var lastUpdated: Int64
    }

    var aggregate: Aggregate
    private var offset: Int64 = -1

    init(lanes: Int = 1) {
        aggregate = Aggregate(lanes: lanes, dedupeWindow: 0, catalog: .oneProduct(threshold: 10))
    }

    static func version(_ place: UInt64) -> RowVersion { RowVersion(place: place, seconds: 0, []) }

    @discardableResult
    func apply(_ change: RowChange) -> RowOutcome {
        offset += 1
        return aggregate.apply(change, source: Source(partition: Partition(0), offset: Offset(offset)))
    }

    @discardableResult
    func upsert(
        _ id: Int64, units: Int64, at pair: Pair = Pair(1, 1), time: Int64 = 0, version: UInt64
    ) -> RowOutcome {
        let event = OrderEvent(
            id: EventID(id), pair: pair, units: units, time: Timestamp(microseconds: time))
        return apply(.upsert(event, Self.version(version)))
    }

    @discardableResult
    func delete(_ id: Int64, version: UInt64) -> RowOutcome {
        apply(.delete(EventID(id), Self.version(version)))
    }

    func cell(_ pair: Pair) -> Cell? { cells[pair] }

    /// The cells of pairs that have events.
    var cells: [Pair: Cell] {
        var cells: [Pair: Cell] = [:]
        for slot in 0..<aggregate.pairCount {
            let cell = aggregate.table.cells[slot]
            guard cell.events > 0 else { continue }
            cells[Pair(packed: cell.pair)] = Cell(
                stock: cell.stock, events: cell.events, lastUpdated: cell.lastUpdated)
        }
        return cells
    }

    /// A copy made of what a checkpoint of everything holds.
    func restored() -> Rows {
        let copy = Rows(lanes: aggregate.laneCount)
        aggregate.forEachDirtyPart { part in
            switch part {
            case .entries(let bucket, let entries): copy.aggregate.restore(bucket: bucket, cells: entries)
            case .movements(let images): copy.aggregate.restore(images)
            case .ids: break
            }
        }
        copy.aggregate.finishRestoringCells()
        copy.aggregate.finishRestoringMovements(truncated: aggregate.movements.truncated)
        return copy
    }
}
