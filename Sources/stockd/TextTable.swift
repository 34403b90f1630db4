import Inventory

/// A table for people: columns as wide as their widest cell, numbers to the right.
struct TextTable {
    let title: String
    let columns: [String]
    var rows: [[String]] = []

    func text(_ style: TerminalStyle) -> String { lines(style).joined(separator: "\n") + "\n" }

    func lines(_ style: TerminalStyle) -> [String] {
        var widths = columns.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        func line(_ cells: [String]) -> String {
            zip(cells, widths).map { cell, width in
                let padding = String(repeating: " ", count: width - cell.count)
                return Int(cell) == nil && cell != "-" ? style.severity(cell) + padding : padding + cell
            }.joined(separator: "  ")
        }
        var lines = [style.bold(title), style.dim(line(columns))]
        lines += rows.map(line)
        return lines
    }
}

/// Styles text, if the terminal shows colours and nobody asked for none.
struct TerminalStyle {
    let isColoured: Bool

    func bold(_ text: String) -> String { isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func alarm(_ text: String) -> String { isColoured ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text }
    func good(_ text: String) -> String { isColoured ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    func severity(_ text: String) -> String {
        guard isColoured else { return text }
        switch text {
        case "OVERSOLD": return alarm(text)
        case "OUT_OF_STOCK", "CRITICAL", "REORDER_NOW", "RAISED", "ESCALATED":
            return "\u{1B}[31m\(text)\u{1B}[0m"
        case "LOW", "REORDER_SOON": return "\u{1B}[33m\(text)\u{1B}[0m"
        case "HEALTHY", "RESOLVED", "EASED": return "\u{1B}[32m\(text)\u{1B}[0m"
        default: return text
        }
    }
}
