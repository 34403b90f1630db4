import ArgumentParser
import Foundation
import Inventory
import Service
import Wire

struct DlqList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists dead letters with their reasons, the newest last.",
        discussion:
            "Example: stockd dlq list --config /etc/stockd/stockd.yaml --reason missing_field --since 2h")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var selection: DeadLetterSelection

    @Option(help: "At most this many, the newest; 0 for all.")
    var limit = 100

    @Option(help: "json is one object a line, with key and value.")
    var format = Format.table

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit: found \(limit); must be 0 or more") }
    }

    func run() throws {
        try options.withDeadLetters { box in
            var newest = Newest(limit: limit)
            var reasons: [String: Int] = [:]
            try box.forEach(selection.filter) { deadLetter in
                newest.add(deadLetter)
                reasons[deadLetter.reason, default: 0] += 1
            }
            let deadLetters = newest.sorted
            switch format {
            case .table: try printTable(deadLetters, reasons, box)
            case .json: try printLines(deadLetters, box)
            }
        }
    }

    private func printTable(_ deadLetters: [DeadLetter], _ reasons: [String: Int], _ box: DeadLetterBox)
        throws
    {
        let total = reasons.values.reduce(0, +)
        guard total > 0 else { return print("no dead letters") }
        var table = TextTable(
            title: "dead letters", columns: ["position", "time", "reason", "source", "redriven", "message"])
        table.rows = try deadLetters.map { deadLetter in
            [
                deadLetter.position.description, deadLetter.timeText, deadLetter.reason,
                deadLetter.source?.description ?? "not stockd's",
                try box.redrivenAt(deadLetter) ?? "", deadLetter.message,
            ]
        }
        print(table.text(TerminalStyle(isColoured: Terminal.isColoured)))
        let counts = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(EscapedText.of($0.key.isEmpty ? "no reason" : $0.key)) \($0.value)" }
        let shown = deadLetters.count < total ? "the newest \(deadLetters.count) of \(total)" : "\(total)"
        print("\(shown): " + counts.joined(separator: ", "))
    }

    private func printLines(_ deadLetters: [DeadLetter], _ box: DeadLetterBox) throws {
        for deadLetter in deadLetters {
            Output.write(
                try DeadLetterJSON(deadLetter, redrivenAt: box.redrivenAt(deadLetter)).line())
        }
    }
}

/// Keeps the newest dead letters of a stream that goes partition by partition.
private struct Newest {
    let limit: Int
    private var deadLetters: [DeadLetter] = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ deadLetter: DeadLetter) {
        deadLetters.append(deadLetter)
        if limit > 0, deadLetters.count >= max(2 * limit, 1_000) { deadLetters = sorted }
    }

    var sorted: [DeadLetter] {
        let all = deadLetters.sorted {
            ($0.timestampMs, $0.position) < ($1.timestampMs, $1.position)
        }
        return limit > 0 ? all.suffix(limit) : all
    }
}

extension DeadLetter {
    var timeText: String {
        timestampMs < 0 ? "" : RFC3339.string(Timestamp(microseconds: timestampMs * 1_000))
    }
}
