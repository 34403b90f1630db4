import Foundation
import Inventory
import Wire

/// Prints alert changes as they come, in the replay's format.
final class ChangePrinter {
    private let format: Replay.Format
    private let isWanted: Bool
    private let style = TerminalStyle(isColoured: Terminal.isColoured)
    private var out = ByteWriter(capacity: 1 << 16)
    private var hasPrinted = false

    init(format: Replay.Format, isWanted: Bool) {
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
    }

    func print(_ change: AlertChange) {
        guard isWanted else { return }
        hasPrinted = true
        switch format {
        case .json:
            AlertEncoder.change(change, into: &out)
            out.append(byte: 0x0A)
        case .csv: out.append(utf8: Self.line(change))
        case .table: out.append(utf8: Self.sentence(change, style) + "\n")
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

    private static func line(_ change: AlertChange) -> String {
        let cells: [String] = [
            change.kind.name, "\(change.pair.product.rawValue)", "\(change.pair.warehouse.rawValue)",
            change.row.map { "\($0.currentStock)" } ?? "", change.previousSeverity?.name ?? "",
            change.previousOversoldUnits.map { "\($0)" } ?? "", change.severity?.name ?? "",
            "\(change.incident)",
        ]
        return cells.joined(separator: ",") + "\n"
    }

    /// A change as one line for people.
    static func sentence(_ change: AlertChange, _ style: TerminalStyle) -> String {
        let place = change.row.map { EscapedText.of("\($0.product.title), \($0.warehouse.title)") }
        let from = change.previousLevel.map { "\($0.name) → " } ?? ""
        return "\(style.severity(change.kind.name))  "
            + (place ?? "product \(change.pair.product.rawValue)") + ": " + from
            + style.severity(change.level?.name ?? "fine")
            + (change.row.map { ", stock \($0.currentStock)" } ?? "")
    }
}
