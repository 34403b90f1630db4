import Foundation
import Wire

/// Draws a daemon's picture as lines of text.
struct TopScreen {
    let style: TerminalStyle
    /// Columns; lines are cut there. Nil: not cut.
    let width: Int?
    /// Lines; nil: as many as there are.
    let height: Int?

    /// - Parameter notice: shown above all, instead of a fresh picture.
    func lines(_ picture: DaemonPicture?, notice: String? = nil) -> [String] {
        var lines = notice.map { [style.alarm(EscapedText.of($0))] } ?? []
        if let picture {
            lines += head(picture.status) + [""]
            lines += partitions(picture.status, atMost: height.map { max(3, ($0 - lines.count) / 3) }) + [""]
            lines += alerts(picture, atMost: height.map { max(1, $0 - lines.count - 3) })
        }
        if let height { lines = Array(lines.prefix(height)) }
        guard let width else { return lines }
        return lines.map { Self.cut($0, to: width) }
    }

    private func head(_ status: DaemonStatus) -> [String] {
        let state = status.ready ? style.good("ready") : style.alarm("not ready")
        let age = status.ageMs.map { $0 < 10_000 ? "\($0) ms" : Self.span(Double($0) / 1_000) } ?? "unknown"
        var lines = [
            style.bold("stockd \(EscapedText.of(status.release))") + "  " + state + "  "
                + EscapedText.of("\(status.groupId) on \(status.inputTopic)")
                + "  age " + (status.stale ? style.alarm(age + ", stale") : age)
                + "  up " + Self.span(status.uptimeSeconds)
        ]
        lines += status.reasons.map { "  " + style.alarm(EscapedText.of($0)) }
        for worker in status.workers where !worker.running {
            lines.append("  worker \(worker.worker): " + EscapedText.of(worker.status))
        }
        // Most sites have no rows that change.
        let ofRows = ["updated", "deleted", "truncated", "stale", "skipped"].filter {
            status.events[$0] ?? 0 > 0
        }
        let events = (["applied", "duplicate", "tombstone", "rejected", "unknown_type"] + ofRows)
            .compactMap { name in
                status.events[name].map { "\(name.replacing("_", with: " ")) \(Self.grouped($0))" }
            }
        lines.append(
            style.bold("\(Self.grouped(Int(status.eventsPerSecond.rounded()))) events/s")
                + "  " + events.joined(separator: "  "))
        let levels = ["OVERSOLD", "OUT_OF_STOCK", "CRITICAL", "LOW", "WARNING"].map { name in
            style.severity(name) + " \(Self.grouped(status.alerts[name] ?? 0))"
        }
        lines.append(
            "transactions \(Self.grouped(status.transactions.committed))"
                + "  aborted \(Self.grouped(status.transactions.aborted))"
                + "  pairs \(Self.grouped(status.pairs))  alerts " + levels.joined(separator: "  "))
        return lines
    }

    private func partitions(_ status: DaemonStatus, atMost: Int?) -> [String] {
        // Those that are not ok first, then those that are furthest behind.
        let ordered = status.partitions.sorted {
            ($0.trend == "ok" ? 1 : 0, -($0.lag ?? .max), $0.partition)
                < ($1.trend == "ok" ? 1 : 0, -($1.lag ?? .max), $1.partition)
        }
        let total = status.partitions.compactMap(\.lag).reduce(0, +)
        let count = status.partitions.count
        let shown = atMost.map { ordered.count + 2 > $0 ? max(1, $0 - 3) : ordered.count } ?? ordered.count
        var table = TextTable(
            title: "lag \(Self.grouped(Int(total))) over \(Counted.text(count, "partition"))",
            columns: ["partition", "worker", "offset", "end", "lag", "trend"])
        table.rows = ordered.prefix(shown).map { row in
            [
                "\(row.partition)", row.worker.map { "\($0)" } ?? "", row.offset.map { "\($0)" } ?? "",
                row.endOffset.map { "\($0)" } ?? "", row.lag.map { "\($0)" } ?? "",
                row.trend,
            ]
        }
        var lines = table.lines(style)
        if shown < count { lines.append(style.dim("and \(count - shown) more")) }
        return lines
    }

    private func alerts(_ picture: DaemonPicture, atMost: Int?) -> [String] {
        let total = picture.status.alerts.values.reduce(0, +)
        guard !picture.alerts.rows.isEmpty else { return [style.good("no alerts")] }
        let wanted = [
            ("alert_severity", "level"), ("product_name", "product"), ("warehouse_name", "warehouse"),
            ("current_stock", "stock"), ("reorder_threshold", "threshold"),
            ("units_below_threshold", "below"),
            ("oversold_units", "oversold"), ("since", "since"),
        ]
        let header = picture.alerts.header
        let columns = wanted.compactMap { name, title in header.firstIndex(of: name).map { ($0, title) } }
        let severity = header.firstIndex(of: "alert_severity")
        let oversold = header.firstIndex(of: "oversold_units")
        var table = TextTable(title: "alerts, \(Self.grouped(total))", columns: columns.map(\.1))
        table.rows = picture.alerts.rows.prefix(atMost ?? .max).map { row in
            let isOversold = oversold.map { $0 < row.count && row[$0] != "0" } ?? false
            return columns.map { column, title in
                guard column < row.count else { return "" }
                // A product or warehouse without a name is shown by its id.
                if row[column].isEmpty, let id = header.firstIndex(of: "\(title)_id"), id < row.count {
                    return "\(title) \(row[id])"
                }
                return column == severity && isOversold ? "OVERSOLD" : row[column]
            }
        }
        var lines = table.lines(style)
        if table.rows.count < total {
            lines.append(style.dim("and \(Self.grouped(total - table.rows.count)) more"))
        }
        return lines
    }

    /// Cuts a line to so many columns; escape sequences take none.
    static func cut(_ line: String, to width: Int) -> String {
        var kept = ""
        var columns = 0
        var isEscape = false
        for character in line {
            if character == "\u{1B}" { isEscape = true }
            if isEscape {
                kept.append(character)
                if character.isLetter { isEscape = false }
            } else if columns < width {
                columns += TerminalWidth.of(String(character))
                if columns <= width { kept.append(character) }
            }
        }
        return kept
    }

    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + text
    }

    static func span(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 1e12)))
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7_200: return "\(whole / 60) min"
        case ..<172_800: return "\(whole / 3_600) h"
        default: return "\(whole / 86_400) d"
        }
    }
}
