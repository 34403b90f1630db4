import ArgumentParser
import Foundation
import Inventory
import Logging
import Pipeline
import Service
import Wire

struct State: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what the state topic holds: checkpoints, published alerts, sizes.",
        discussion: """
            Reads committed records and changes nothing; the daemon may run. The stored stock counts the \
            input up to the checkpoint; the position is the committed input offset. Records and bytes count \
            all that a recovery reads; live ones are those that compaction would keep.

            Example: stockd state --config /etc/stockd/stockd.yaml
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var options: ConfigurationOption

    @Option(help: "The format of the summary.") var format = Format.table

    @Flag(help: "Print every record as one line of JSON instead.")
    var dump = false

    func run() throws {
        let (loaded, mistakes) = options.load()
        guard let loaded else { throw ConfigurationOption.fail(mistakes.map(\.description)) }
        let silent = Logger(label: "state") { _ in SwiftLogNoOpLogHandler() }
        do throws(StopReason) {
            let inspection = try StateInspection(
                loaded, client: loaded.clientSettings(silent), release: Stockd.release)
            if dump { return try printRecords(inspection, loaded.ids.table) }
            show(try inspection.read(), loaded.stateTopic)
        } catch {
            printError(error.message)
            throw Exit.code(of: error)
        }
    }

    private func printRecords(_ inspection: borrowing StateInspection, _ ids: IDs) throws(StopReason) {
        var out = ByteWriter(capacity: 1 << 16)
        func flush() {
            Output.write(out.bytes)
            out.removeAll()
        }
        defer { flush() }
        _ = try inspection.read { location, record, key in
            if let record {
                record.writeJSON(at: location, ids, into: &out)
            } else {
                StateRecord.writeDeletedJSON(key: key, at: location, into: &out)
            }
            if out.count > 1 << 16 { flush() }
        }
    }

    private static let columns: [(name: String, value: @Sendable (StateSummary) -> Int64?)] = [
        ("partition", { Int64($0.partition.rawValue) }),
        ("checkpoint", { $0.checkpoint?.rawValue }),
        ("position", { $0.position?.rawValue }),
        ("stock_entries", { Int64($0.entries) }),
        ("published_alerts", { Int64($0.publishedAlerts) }),
        ("open_alerts", { Int64($0.openAlerts) }),
        ("id_buckets", { Int64($0.idBuckets) }),
        ("records", { Int64($0.records) }),
        ("bytes", { Int64($0.bytes) }),
        ("live_records", { Int64($0.liveRecords) }),
        ("live_bytes", { Int64($0.liveBytes) }),
    ]

    private func show(_ summaries: [StateSummary], _ topic: String) {
        switch format {
        case .table:
            var table = TextTable(title: topic, columns: Self.columns.map(\.name))
            table.rows = summaries.map { summary in
                Self.columns.map { column in column.value(summary).map { String($0) } ?? "-" }
            }
            print(table.text(TerminalStyle(isColoured: Terminal.isColoured)), terminator: "")
        case .json:
            for summary in summaries {
                let fields = Self.columns.map { column in
                    "\"\(column.name)\":\(column.value(summary).map { String($0) } ?? "null")"
                }
                print("{\(fields.joined(separator: ","))}")
            }
        }
    }
}
