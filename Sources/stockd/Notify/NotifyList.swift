import ArgumentParser
import Foundation
import Inventory
import Logging
import Notify
import Pipeline
import Service
import Wire

struct NotifyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows for each receiver what stands, what waits, and the last error.",
        discussion: """
            Reads notify.state_topic and changes nothing; the daemon may run.

            Example: stockd notify list --config /etc/stockd/stockd.yaml
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var options: ConfigurationOption

    @Option(help: "The format: a table, or a line of JSON for each receiver.") var format = Format.table

    func run() throws {
        let configuration = try options.notifying()
        let silent = Logger(label: "notify") { _ in SwiftLogNoOpLogHandler() }
        let summary: NotifySummary
        do throws(StopReason) {
            summary = try NotifySummary.read(configuration, client: configuration.clientSettings(silent))
        } catch {
            printError(error.message)
            throw Exit.code(of: error)
        }
        let names = configuration.notify.receivers.map(\.name)
        let receivers = summary.receivers(names)
        switch format {
        case .table: show(receivers, names)
        case .json: for receiver in receivers { print(try Self.line(receiver)) }
        }
    }

    private func show(_ receivers: [NotifySummary.Receiver], _ names: [String]) {
        var table = TextTable(
            title: "receivers",
            columns: ["receiver", "standing", "waiting", "waiting_since", "told_at", "failed_at", "last_error"])
        table.rows = receivers.map { receiver in
            [
                names.contains(receiver.name) ? receiver.name : receiver.name + " (not configured)",
                "\(receiver.standing)", "\(receiver.waiting)", Self.time(receiver.waitingSince) ?? "-",
                Self.time(receiver.toldAt) ?? "-", Self.time(receiver.failedAt) ?? "-", receiver.failure ?? "",
            ]
        }
        print(table.text(TerminalStyle(isColoured: Terminal.isColoured)), terminator: "")
    }

    private static func time(_ milliseconds: Int64?) -> String? {
        milliseconds.map { RFC3339.string(Timestamp(microseconds: $0 * 1_000)) }
    }

    private struct Line: Encodable {
        let receiver: String
        let standing: Int
        let levels: [String: Int]
        let waiting: Int
        let waitingSince: String?
        let toldAt: String?
        let failedAt: String?
        let lastError: String?
    }

    private static func line(_ receiver: NotifySummary.Receiver) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(
            receiver: receiver.name, standing: receiver.standing, levels: receiver.levels, waiting: receiver.waiting,
            waitingSince: time(receiver.waitingSince), toldAt: time(receiver.toldAt),
            failedAt: time(receiver.failedAt), lastError: receiver.failure)
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
