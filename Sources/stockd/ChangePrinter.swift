import Foundation
import Inventory
import Wire

/// Prints alert changes as they come, in the replay's format.
final class ChangePrinter {
    private let format: Replay.Format
    let isWanted: Bool
    private let ids: IDs
    private let style = TerminalStyle(isColoured: Terminal.isColoured)
    private var out = ByteWriter(capacity: 1 << 16)
    private var hasPrinted = false

    /// Nil where events are not missing.
    private let mark: PartialMark?

    /// - Parameter isPartial: events are missing; then every row says so.
    init(format: Replay.Format, isWanted: Bool, isPartial: Bool = false, _ ids: IDs) {
        mark = isPartial ? RowFormat(rawValue: format.rawValue).map { PartialMark($0) } : nil
        self.ids = ids
        self.format = format
        self.isWanted = isWanted
    }

    func header() {
        guard isWanted, format == .csv else { return }
        out.append(
            """
            change,product_id,warehouse_id,current_stock,previous_severity,previous_oversold_units,\
            alert_severity,incident
            """)
        mark?.header(&out)
        out.append(byte: 0x0A)
    }

    func print(_ change: AlertChange) {
        guard isWanted else { return }
        hasPrinted = true
        switch format {
        case .json:
            AlertEncoder.change(change, ids, into: &out)
            mark?.row(&out)
            out.append(byte: 0x0A)
        case .csv: writeLine(change)
        case .table: out.append(utf8: sentence(change) + "\n")
        }
        if out.count > 1 << 15 { flush() }
    }

    func flush() {
        if format == .table, hasPrinted {
            out.append("\n")
            hasPrinted = false
        }
        Output.write(out.bytes)
        out.removeAll()
    }

    private func writeLine(_ change: AlertChange) {
        let cells: [String] = [
            change.kind.name, ids.string(change.pair.product), ids.string(change.pair.warehouse),
            change.row.map { "\($0.currentStock)" } ?? "", change.previousSeverity?.name ?? "",
            change.previousOversoldUnits.map { "\($0)" } ?? "", change.severity?.name ?? "",
            "\(change.incident)",
        ]
        for (index, cell) in cells.enumerated() {
            if index > 0 { out.append(byte: 0x2C) }
            out.append(csvField: Text(cell))
        }
        mark?.row(&out)
        out.append(byte: 0x0A)
    }

    /// A change as one line for people.
    private func sentence(_ change: AlertChange) -> String {
        let place = change.row.map { EscapedText.of("\(ids.title($0.product)), \(ids.title($0.warehouse))") }
        let from = change.previousLevel.map { "\($0.name) → " } ?? ""
        return "\(style.severity(change.kind.name))  "
            + (place ?? EscapedText.of("product \(ids.string(change.pair.product))")) + ": " + from
            + style.severity(change.level?.name ?? "fine")
            + (change.row.map { ", stock \($0.currentStock)" } ?? "")
    }
}
