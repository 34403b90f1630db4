import ArgumentParser
import Foundation
import Inventory
import Pipeline
import Service
import Wire

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Computes the views from files of events, or from the input topic as of any moment.",
        discussion: """
            With files: reads messages of the input topic, one a line, and applies them as the daemon applies those \
            of one partition: with its decoder and, from --config and STOCKD_… variables, its settings of input.*, \
            ids.*, events.* and reference.*. Mistakes in other sections do not count, so no secrets are needed.

            A rejected event changes nothing. It is reported on standard error with its line and reason, at most \
            20 of each reason; the last line on standard error counts all events by outcome. The exit code is 0 \
            even then; with --strict it is 65. It is 65 for files that are no events or have wrong reference rows, \
            74 for one that cannot be read, 78 for a mistake in the configuration.

            With --kafka: reads the input topic from where its history begins, and the reference topics, up to a \
            moment. It needs the right to read these topics and the state topic, joins no group and writes nothing; \
            the daemon may run. --until takes of each partition the records before the first that was written later, \
            with --by event-time every event whose event_time is not later. It stops with 65 if the log does not \
            hold the history from its beginning.

            Memory grows with the pairs, not with the events; rows of a database take 40 bytes each.

            Examples:
              stockd replay --products products.csv --warehouses warehouses.csv events.ndjson
              stockd replay --kafka --config stockd.yaml --until 2026-03-30T12:00:00Z --view stock
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }
    enum Shown: String, ExpressibleByArgument, CaseIterable { case stock, alerts, rollup, changes, all }

    @Option(help: "The products, a CSV or JSON file; without it, the file that the configuration names.")
    var products: String?
    @Option(help: "The warehouses, likewise.") var warehouses: String?
    @Option(help: "Thresholds of products in warehouses, likewise; there need not be any.") var thresholds: String?
    @Option(help: "The output format.") var format = Format.table
    @Option(
        help: """
            Which view to print; changes prints the alert changes, with a commit after each event, and so does all \
            with files.
            """)
    var view = Shown.all
    @Option(help: "A configuration file whose input.*, ids.*, events.* and reference.* settings apply.")
    var config: String?
    @OptionGroup(title: "From Kafka") var past: PastOptions
    @Flag(help: "Exit with 65 if any event was rejected.") var strict = false
    @Argument(help: "Files of events in their order; - is standard input.") var events: [String] = []

    func validate() throws {
        if past.kafka {
            try checkKafka()
        } else if events.isEmpty {
            throw ValidationError("give files of events, or --kafka and --config to read the input topic")
        } else if let option = past.needless {
            throw ValidationError("\(option) needs --kafka")
        }
        if events.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("- is standard input, which can be read once; give it once")
        }
        if events.contains("") { throw ValidationError("a file of events has an empty name") }
        for (option, path) in [
            ("products", products), ("warehouses", warehouses), ("thresholds", thresholds), ("config", config),
        ] where path == "" {
            throw ValidationError("--\(option): the file's name is empty")
        }
    }

    private func checkKafka() throws {
        if !events.isEmpty { throw ValidationError("--kafka reads the input topic; give no files of events") }
        if config == nil { throw ValidationError("--kafka needs --config, which says where the topics are") }
        if products != nil || warehouses != nil || thresholds != nil {
            throw ValidationError("--kafka reads the reference tables that the configuration names; give no others")
        }
        if past.compare != nil, view == .changes { throw ValidationError("--compare prints no --view changes") }
    }

    func run() throws {
        if past.kafka { return try PastReplay(self).run() }
        let (settings, catalog) = try ReplaySettings(
            config: config, products: products, warehouses: warehouses, thresholds: thresholds
        ).load()
        var session = ReplaySession(settings, catalog: catalog)
        let prints = ChangePrinter(format: format, isWanted: view == .changes || view == .all, settings.ids)
        do throws(ReplayFailure) {
            for path in events { try LineReader.check(path) }
            prints.header()
            for path in events { try session.read(path) { prints.print($0) } }
        } catch {
            prints.flush()
            printError(error.message)
            throw error.exit
        }
        prints.flush()
        printViews(session.replay.views(settings.ids))
        session.replay.report(session.rejected)
        if strict, session.replay.counts.rejected > 0 { throw Exit.data }
    }

    /// - Parameter isPartial: events are missing; then every row says so.
    func printViews(_ views: ViewTables, isPartial: Bool = false) {
        switch format {
        case .table:
            let style = TerminalStyle(isColoured: Terminal.isColoured)
            if isPartial { print("PARTIAL: events are missing at the beginning") }
            if view == .stock || view == .all { print(views.stockTable().text(style)) }
            if view == .alerts || view == .all { print(views.alertTable().text(style)) }
            if view == .rollup || view == .all { print(views.rollupTable().text(style)) }
        case .csv, .json:
            var out = ByteWriter(capacity: 1 << 16)
            let rowFormat = format == .csv ? RowFormat.csv : .json
            let mark = isPartial ? PartialMark(rowFormat) : nil
            if view == .stock || view == .all { views.write(.currentStockLevels, rowFormat, &out, mark) }
            if view == .alerts || view == .all { views.write(.lowStockAlerts, rowFormat, &out, mark) }
            if view == .rollup || view == .all { views.write(.multiWarehouseInventory, rowFormat, &out, mark) }
            Output.write(out.bytes)
        }
    }
}

extension ViewTables {
    /// Writes a view's rows, for CSV with the header line.
    func write(_ view: View, _ format: RowFormat, _ out: inout ByteWriter, _ mark: PartialMark? = nil) {
        if format == .csv {
            ViewRows.header(view, into: &out)
            mark?.header(&out)
            out.append(byte: 0x0A)
        }
        func end(_ out: inout ByteWriter) {
            mark?.row(&out)
            out.append(byte: 0x0A)
        }
        switch view {
        case .currentStockLevels:
            for row in stock {
                ViewRows.stock(row, as: format, ids, into: &out)
                end(&out)
            }
        case .lowStockAlerts:
            for row in alerts {
                ViewRows.alert(row, as: format, ids, into: &out)
                end(&out)
            }
        case .multiWarehouseInventory:
            for row in rollup {
                ViewRows.rollup(row, as: format, ids, into: &out)
                end(&out)
            }
        }
    }
}

/// Marks each row that was computed from a part of the history: a last column `partial`.
struct PartialMark {
    private let format: RowFormat

    init(_ format: RowFormat) { self.format = format }

    func header(_ out: inout ByteWriter) { out.append(",partial") }

    func row(_ out: inout ByteWriter) {
        guard format == .json else { return out.append(",true") }
        out.truncate(to: out.count - 1)
        out.append(",\"partial\":true}")
    }
}

/// What the terminal is like.
enum Terminal {
    static var isColoured: Bool {
        isatty(1) == 1 && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    }
}
