@testable public import Inventory

/// An aggregate of captured rows, with shorthands that change them.
final class Rows {
    struct StockEntry: Equatable {
        var stock: Int64
        var events: UInt32
        var lastUpdated: Int64
    }

    var aggregate: Aggregate
    private var offset: Int64 = -1

    init(inputs: Int = 1) {
        aggregate = Aggregate(inputs: inputs, dedupeWindow: 0, catalog: .oneProduct(threshold: 10))
    }

    static func version(_ place: UInt64) -> RowVersion { RowVersion(logPosition: place, seconds: 0, []) }

    @discardableResult
    func apply(_ change: RowChange) -> RowOutcome {
        offset += 1
        return aggregate.apply(change, source: Source(partition: Partition(0), offset: Offset(offset)))
    }

    @discardableResult
    func upsert(
        _ id: EventID, units: Int64, at pair: Pair = Pair(1, 1), time: Int64 = 0, version: UInt64
    ) -> RowOutcome {
        let event = OrderEvent(
            id: id, pair: pair, units: units, time: Timestamp(microseconds: time))
        return apply(.upsert(event, Self.version(version)))
    }

    @discardableResult
    func delete(_ id: EventID, version: UInt64) -> RowOutcome {
        apply(.delete(id, Self.version(version)))
    }

    func entry(_ pair: Pair) -> StockEntry? { entries[pair] }

    /// The entries of pairs that have events.
    var entries: [Pair: StockEntry] {
        var entries: [Pair: StockEntry] = [:]
        for index in 0..<aggregate.pairCount {
            let entry = aggregate.table.entries[index]
            guard entry.events > 0 else { continue }
            entries[Pair(rawValue: entry.pair)] = StockEntry(
                stock: entry.stock, events: entry.events, lastUpdated: entry.lastUpdated)
        }
        return entries
    }

    /// A copy restored from a full checkpoint.
    func restored() -> Rows {
        let copy = Rows(inputs: aggregate.inputCount)
        aggregate.forEachDirtyPart { part in
            switch part {
            case .entries(let bucket, let entries): copy.aggregate.restore(bucket: bucket, entries: entries)
            case .movements(let images): copy.aggregate.restore(images)
            case .ids: break
            }
        }
        copy.aggregate.finishRestoringEntries()
        copy.aggregate.finishRestoringMovements(truncated: aggregate.movements.truncated)
        return copy
    }
}

extension EventID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}
