import TestSupport
import Testing

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
        aggregate.forEachDirtyBucket { bucket, cells in copy.aggregate.restore(bucket: bucket, cells: cells) }
        copy.aggregate.finishRestoringCells()
        aggregate.forEachDirtyMovementChunk { copy.aggregate.restore($0) }
        copy.aggregate.finishRestoringMovements(truncated: aggregate.truncated)
        return copy
    }
}

/// Random changes of rows, in transactions some of which are rolled back, held against a plain model.
final class RowHistory {
    private struct Row {
        var pair: Pair
        var units: Int64
        var time: Int64
    }

    var rows = Rows()
    private var random: SeededRandom
    private var model: [Int64: Row] = [:]
    private var version: UInt64 = 100
    private let ids: Int
    private let seed: UInt64
    private let spread: Int64
    private let times: Int64

    init(seed: UInt64, ids: Int) {
        self.seed = seed
        self.ids = ids
        random = SeededRandom(seed: seed)
        spread = [1, 3, 100][Int(seed % 3)]
        times = [2, 50, 1_000_000][Int(seed / 3 % 3)]
    }

    func run() {
        for _ in 0..<40 {
            let before = model
            for _ in 0..<random.below(ids) { change() }
            if random.chance(3) {
                rows.aggregate.rollback()
                model = before
            } else {
                rows.aggregate.commit()
            }
            compare()
        }
    }

    private func change() {
        version += 1
        let id = Int64(random.below(ids)) * spread - 5
        if random.chance(200) {
            rows.apply(.truncate(Rows.version(version)))
            return model = [:]
        }
        if random.chance(3) {
            rows.delete(id, version: version)
            return model[id] = nil
        }
        let pair = Pair(1, Int32(random.below(2)))
        let row = Row(pair: pair, units: Int64(random.below(21)) - 10, time: Int64(random.below(Int(times))))
        model[id] = row
        rows.upsert(id, units: row.units, at: pair, time: row.time, version: version)
        if random.chance(5) { rows.upsert(id, units: 99, version: version - 1) }
    }

    private func compare() {
        var expected: [Pair: Rows.Cell] = [:]
        for row in model.values {
            var cell = expected[row.pair] ?? Rows.Cell(stock: 0, events: 0, lastUpdated: .min)
            cell.stock += row.units
            cell.events += 1
            cell.lastUpdated = max(cell.lastUpdated, row.time)
            expected[row.pair] = cell
        }
        if rows.cells != expected { Issue.record("seed \(seed): \(rows.cells) are not \(expected)") }
    }
}
