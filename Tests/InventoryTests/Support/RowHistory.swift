import TestSupport
import Testing

@testable import Inventory

/// Random changes of rows, compared with a plain model; some of the transactions are rolled back.
final class RowHistory {
    private struct Row {
        var pair: Pair
        var units: Int64
        var time: Int64
    }

    var rows = Rows()
    private var random: SeededRandom
    private var model: [EventID: Row] = [:]
    private var version: UInt64 = 100
    private let ids: Int
    private let seed: UInt64
    private let times: Int
    private let id: (Int) -> EventID

    /// - Parameter sharePlaces: Choose ids, integers and texts, whose keys have only two different tags.
    init(seed: UInt64, ids: Int, sharePlaces: Bool = false) {
        self.seed = seed
        self.ids = ids
        random = SeededRandom(seed: seed)
        times = [2, 50, 1_000_000, 1 << 60][Int(seed / 5 % 4)]
        let layout = IDLayout.allCases[Int(seed) % IDLayout.allCases.count]
        let mixer = rows.aggregate.movements.mixer
        id = { number in
            guard sharePlaces else { return layout.id(number) }
            let tag = MovementTag(rawValue: UInt32(number % 2))
            return mixer.id(MovementKey(tag: tag, rest: UInt32(number), high: UInt64(number % 4 / 2)))
        }
    }

    func run(transactions: Int = 40) {
        for _ in 0..<transactions {
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
        let id = id(random.below(ids))
        if random.chance(200) {
            rows.apply(.truncate(Rows.version(version)))
            return model = [:]
        }
        if random.chance(3) {
            rows.delete(id, version: version)
            return model[id] = nil
        }
        let pair = Pair(1, Int32(random.below(2)))
        let row = Row(pair: pair, units: Int64(random.below(21)) - 10, time: Int64(random.below(times)))
        model[id] = row
        rows.upsert(id, units: row.units, at: pair, time: row.time, version: version)
        if random.chance(5) { rows.upsert(id, units: 99, version: version - 1) }
    }

    private func compare() {
        var expected: [Pair: Rows.StockEntry] = [:]
        for row in model.values {
            var entry = expected[row.pair] ?? Rows.StockEntry(stock: 0, events: 0, lastUpdated: .min)
            entry.stock += row.units
            entry.events += 1
            entry.lastUpdated = max(entry.lastUpdated, row.time)
            expected[row.pair] = entry
        }
        if rows.entries != expected { Issue.record("seed \(seed): \(rows.entries) are not \(expected)") }
    }
}
