import Inventory
import Wire

/// What changed between two moments: stock, and alerts that began, ended or changed their level.
struct Comparison {
    /// A pair whose stock or alert differs; nil where it has no row.
    private struct Difference {
        var before: StockRow?
        var after: StockRow?

        var row: StockRow? { after ?? before }
        var change: Int128 { Int128(after?.currentStock ?? 0) - Int128(before?.currentStock ?? 0) }

        /// What became of the alert; nil when it is as it was.
        var alert: StaticString? {
            switch (before?.level, after?.level) {
            case (nil, .some): "BEGAN"
            case (.some, nil): "ENDED"
            case (let old, let new): old == new ? nil : "CHANGED"
            }
        }
    }

    private let differences: [Difference]
    private let ids: IDs

    init(before: ViewTables, after: ViewTables, _ ids: IDs) {
        self.ids = ids
        let old = Dictionary(uniqueKeysWithValues: before.stock.map { ($0.pair, $0) })
        let new = Set(after.stock.map(\.pair))
        let all =
            after.stock.map { Difference(before: old[$0.pair], after: $0) }
            + before.stock.filter { !new.contains($0.pair) }.map { Difference(before: $0, after: nil) }
        differences = all.filter {
            $0.before?.currentStock != $0.after?.currentStock || $0.before?.level != $0.after?.level
        }
    }

    func print(_ format: Replay.Format, isPartial: Bool) {
        guard let rowFormat = RowFormat(rawValue: format.rawValue) else {
            if isPartial { Swift.print("PARTIAL: events are missing at the beginning") }
            return Swift.print(table().text(TerminalStyle(isColoured: Terminal.isColoured)))
        }
        var out = ByteWriter(capacity: 1 << 16)
        let mark = isPartial ? PartialMark(rowFormat) : nil
        if format == .csv {
            out.append(utf8: ComparedRow.columns.joined(separator: ","))
            mark?.header(&out)
            out.append(byte: 0x0A)
        }
        for difference in differences {
            guard let row = difference.row else { continue }
            ComparedRow(
                product: row.product, warehouse: row.warehouse, before: difference.before, after: difference.after,
                alert: difference.alert
            ).write(as: rowFormat, ids, into: &out)
            mark?.row(&out)
            out.append(byte: 0x0A)
        }
        Output.write(out.bytes)
    }

    private func table() -> TextTable {
        var table = TextTable(
            title: "changes", columns: ["product", "warehouse", "before", "after", "change", "level", "alert"])
        table.rows = differences.compactMap { difference in
            guard let row = difference.row else { return nil }
            let levels = [difference.before?.level?.name, difference.after?.level?.name].map { $0 ?? "-" }
            return [
                ids.title(row.product), ids.title(row.warehouse),
                difference.before.map { "\($0.currentStock)" } ?? "",
                difference.after.map { "\($0.currentStock)" } ?? "",
                (difference.change > 0 ? "+" : "") + "\(difference.change)",
                levels[0] == levels[1] ? levels[0] : levels.joined(separator: " to "),
                difference.alert.map { "\($0)" } ?? "",
            ]
        }
        return table
    }
}
