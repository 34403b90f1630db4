import ArgumentParser
import Foundation
import Logging
import Pipeline
import Service
import Wire

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Recomputes everything from the log and reports what differs from what is stored and published.",
        discussion: """
            Reads the input topic from where its history begins up to the committed offsets, and compares: the stored \
            stock, the published alerts, every message of the alert topic, the optional outputs and the tables in \
            PostgreSQL. It joins no group and writes nothing; the daemon may run.

            Exits with 0 when nothing differs, 65 when something does, 69 when the log no longer holds the history \
            or a server is away, 78 for a mistake in the configuration.

            Example: stockd audit --config /etc/stockd/stockd.yaml
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var options: ConfigurationOption

    @Option(help: "The format of the report.") var format = Format.table

    func run() throws {
        let (configuration, _, files) = try options.loadOrExit()
        let silent = Logger(label: "audit") { _ in SwiftLogNoOpLogHandler() }
        let line = ProgressLine()
        var said: Set<String> = []
        let report: AuditReport
        do throws(StopReason) {
            report = try Audit(
                configuration, client: configuration.clientSettings(silent), files: files, release: Stockd.release
            ) {
                line.clear()
                if said.insert($0).inserted { printError($0) }
            }.run { line.show($0) }
            line.clear()
        } catch {
            line.clear()
            printError(error.message)
            throw Exit.code(of: error)
        }
        switch format {
        case .table: show(report)
        case .json: try showJSON(report)
        }
        if report.count > 0 { throw Exit.data }
    }

    private func show(_ report: AuditReport) {
        let style = TerminalStyle(isColoured: Terminal.isColoured)
        var counts = TextTable(title: "audit", columns: ["compared", "rows", "differences"])
        counts.rows = AuditReport.Subject.allCases.compactMap { subject in
            guard let rows = report.checked[subject] else { return nil }
            return [subject.rawValue, "\(rows)", "\(report.differing[subject] ?? 0)"]
        }
        print(counts.text(style), terminator: "")
        if !report.differences.isEmpty {
            var table = TextTable(title: "\ndifferences", columns: ["in", "of", "found", "should be"])
            table.rows = report.differences.map { [$0.subject.rawValue, $0.place, $0.found, $0.expected] }
            print(table.text(style), terminator: "")
            if report.count > report.differences.count { print("and \(report.count - report.differences.count) more") }
        }
        let upTo = report.positions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        print(
            "\n\(Counted.text(report.events, "event")) read, up to the offsets \(upTo.joined(separator: ",")): "
                + (report.count == 0 ? "nothing differs" : Counted.text(report.count, "difference")))
    }

    private struct Summary: Encodable {
        struct Compared: Encodable {
            let rows: Int
            let differences: Int
        }

        let events: Int
        let positions: [String: Int64]
        let compared: [String: Compared]
        let differences: Int
        let first: [AuditReport.Difference]
    }

    private func showJSON(_ report: AuditReport) throws {
        let compared = report.checked.map { subject, rows in
            (subject.rawValue, Summary.Compared(rows: rows, differences: report.differing[subject] ?? 0))
        }
        let positions = report.positions.map { ("\($0.key)", $0.value) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let summary = Summary(
            events: report.events, positions: Dictionary(uniqueKeysWithValues: positions),
            compared: Dictionary(uniqueKeysWithValues: compared), differences: report.count,
            first: report.differences)
        print(String(decoding: try encoder.encode(summary), as: UTF8.self))
    }
}
