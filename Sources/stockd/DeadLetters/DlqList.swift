import ArgumentParser
import Foundation
import Inventory
import Service
import Wire

struct DlqList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists dead letters with their reasons, the newest last.")

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
            try box.forEach(selection.filter) { letter in
                newest.add(letter)
                reasons[letter.reason, default: 0] += 1
            }
            let letters = newest.sorted
            switch format {
            case .table: try printTable(letters, reasons, box)
            case .json: try printLines(letters, box)
            }
        }
    }

    private func printTable(_ letters: [DeadLetter], _ reasons: [String: Int], _ box: DeadLetterBox) throws {
        let total = reasons.values.reduce(0, +)
        guard total > 0 else { return print("no dead letters") }
        var table = TextTable(
            title: "dead letters", columns: ["position", "time", "reason", "source", "replayed", "message"])
        table.rows = try letters.map { letter in
            [
                letter.position.description, letter.timeText, Escaped.text(letter.reason),
                Escaped.text(letter.source?.description ?? "not stockd's"),
                try box.replayedAt(letter) ?? "", Escaped.text(letter.message),
            ]
        }
        print(table.text(TerminalStyle(isColoured: Terminal.isColoured)))
        let counts = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(Escaped.text($0.key.isEmpty ? "no reason" : $0.key)) \($0.value)" }
        let shown = letters.count < total ? "the newest \(letters.count) of \(total)" : "\(total)"
        print("\(shown): " + counts.joined(separator: ", "))
    }

    private func printLines(_ letters: [DeadLetter], _ box: DeadLetterBox) throws {
        for letter in letters {
            Output.write(
                try DeadLetterJSON(letter, replayedAt: box.replayedAt(letter)).line())
        }
    }
}

/// Keeps the newest letters of a stream that goes partition by partition.
private struct Newest {
    let limit: Int
    private var letters: [DeadLetter] = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ letter: DeadLetter) {
        letters.append(letter)
        if limit > 0, letters.count >= max(2 * limit, 1_000) { letters = sorted }
    }

    var sorted: [DeadLetter] {
        let all = letters.sorted {
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
