import Wire

/// A table for people: columns as wide as their widest cell, numbers to the right. Whatever a cell holds, it stays
/// one line of its column.
struct TextTable {
    let title: String
    let columns: [String]
    var rows: [[String]] = []

    /// One long cell must not push all other rows apart: it sticks out of its column instead.
    private static let widest = 60

    func text(_ style: TerminalStyle) -> String { lines(style).joined(separator: "\n") + "\n" }

    func lines(_ style: TerminalStyle) -> [String] {
        let header = columns.map { EscapedText.of($0) }
        let body = rows.map { $0.map { EscapedText.of($0) } }
        var widths = header.map { TerminalWidth.of($0) }
        for row in body {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], min(TerminalWidth.of(cell), Self.widest))
            }
        }
        func line(_ cells: [String]) -> String {
            zip(cells, widths).map { cell, width in
                let padding = String(repeating: " ", count: max(0, width - TerminalWidth.of(cell)))
                return Int(cell) == nil && cell != "-" ? style.severity(cell) + padding : padding + cell
            }.joined(separator: "  ")
        }
        return [style.bold(EscapedText.of(title)), style.dim(line(header))] + body.map(line)
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
