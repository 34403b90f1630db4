import Foundation

/// One line of the table, and one object of the JSON file.
struct Measurement: Codable {
    /// `micro`, `memory` or `end-to-end`.
    var group: String
    var name: String
    /// Figures by name, units last in the name.
    var figures: [String: Double] = [:]
    /// What has to be known to read the figures.
    var note = ""
}

/// Collects measurements, prints each as it comes, and writes them all as JSON.
final class Report {
    private(set) var measurements: [Measurement] = []
    private var lastGroup = ""

    func add(_ measurement: Measurement) {
        measurements.append(measurement)
        if measurement.group != lastGroup {
            lastGroup = measurement.group
            print("\n\(measurement.group)")
        }
        let figures = measurement.figures.sorted { $0.key < $1.key }
            .map { "\($0.key) \(Self.text($0.value))" }.joined(separator: ", ")
        let name = measurement.name.padding(toLength: 44, withPad: " ", startingAt: 0)
        print("  \(name) \(figures)\(measurement.note.isEmpty ? "" : "  (\(measurement.note))")")
        fflush(nil)
    }

    static func text(_ value: Double) -> String {
        if value == 0 { return "0" }
        if abs(value) < 0.01 { return String(format: "%.6f", value) }
        if abs(value) < 10 { return String(format: "%.3f", value) }
        if abs(value) < 1000 { return String(format: "%.1f", value) }
        var digits = String(Int(value.rounded()))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }

    /// Everything once more, a table a group with a column for each figure.
    func printTables() {
        var groups: [String] = []
        for measurement in measurements where !groups.contains(measurement.group) {
            groups.append(measurement.group)
        }
        for group in groups {
            let rows = measurements.filter { $0.group == group }
            let columns = Set(rows.flatMap(\.figures.keys)).sorted()
            print("\n| \(([group] + columns).joined(separator: " | ")) |")
            print("|\(String(repeating: "---|", count: columns.count + 1))")
            for row in rows {
                let cells = columns.map { row.figures[$0].map(Self.text) ?? "" }
                print("| \(([row.name] + cells).joined(separator: " | ")) |")
            }
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(measurements).write(to: URL(fileURLWithPath: path))
    }
}
