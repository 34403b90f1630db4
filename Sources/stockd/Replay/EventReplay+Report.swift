import Inventory
import Pipeline
import Wire

extension EventReplay {
    /// The views as of the last commit.
    func views(_ ids: IDs) -> ViewTables {
        var stock: [StockRow] = []
        var rollup: [RollupRow] = []
        forEachStockRow { stock.append($0) }
        forEachRollupRow { rollup.append($0) }
        return ViewTables(stock: stock, rollup: rollup, ids)
    }

    /// What was counted, for standard error.
    func report(_ rejected: RejectedEvents) {
        for (name, count) in unknownTypes.sorted(by: { $0.key < $1.key }) {
            printError(
                "event type \"\(name)\" is not in events.types: its \(Counted.text(count, "event")) moved no stock")
        }
        if otherUnknownTypes > 0 {
            printError(
                "further event types that are not in events.types: "
                    + "\(Counted.text(otherUnknownTypes, "event")) moved no stock")
        }
        printError(summary(rejected))
    }

    private func summary(_ rejected: RejectedEvents) -> String {
        let skipped = counts.skippedByKind.values.reduce(0, +)
        let reasons = rejected.byReason.map { (name: $0.key.rawValue, count: $0.value) }
        var parts = ["\(Counted.text(counts.applied, "event")) applied"]
        for (number, text) in [
            (counts.duplicates, Counted.text(counts.duplicates, "duplicate")),
            (counts.updated, "\(counts.updated) updated"),
            (counts.deleted, "\(counts.deleted) deleted"),
            (counts.truncated, Counted.text(counts.truncated, "truncation")),
            (counts.stale, "\(counts.stale) stale"), (counts.tombstones, Counted.text(counts.tombstones, "tombstone")),
            (skipped, "\(skipped) skipped\(Self.list(counts.skippedByKind.map { ($0.key, $0.value) }))"),
            (counts.rejected, "\(counts.rejected) rejected\(Self.list(reasons))"),
            (later, "\(later) later"),
        ] where number > 0 {
            parts.append(text)
        }
        return parts.joined(separator: ", ")
    }

    /// In parentheses, the most frequent first.
    private static func list(_ counts: [(name: String, count: Int)]) -> String {
        let sorted = counts.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        return " (" + sorted.map { "\($0.count) \($0.name)" }.joined(separator: ", ") + ")"
    }
}
