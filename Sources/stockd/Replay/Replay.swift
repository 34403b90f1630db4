import ArgumentParser
import Foundation
import Inventory
import Pipeline
import Service
import Wire

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Computes the views from files of events, without Kafka.",
        discussion: """
            Reads messages of the input topic, one a line, and applies them as the daemon applies those of one \
            partition: with its decoder and, from --config and STOCKD_… variables, its settings of input.*, ids.*, \
            events.* and reference.*. Mistakes in other sections do not count, so no secrets are needed.

            A rejected event changes nothing. It is reported on standard error with its line and reason, at most \
            20 of each reason; the last line on standard error counts all events by outcome. The exit code is 0 \
            even then; with --strict it is 65. It is 65 for files that are no events or have wrong reference rows, \
            74 for one that cannot be read, 78 for a mistake in the configuration.

            Memory grows with the pairs, not with the files; rows of a database take 40 bytes each.

            Example: stockd replay --products products.csv --warehouses warehouses.csv events.ndjson
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }
    enum Shown: String, ExpressibleByArgument, CaseIterable { case stock, alerts, rollup, changes, all }

    @Option(help: "The products, a CSV or JSON file; without it, the file that the configuration names.")
    var products: String?
    @Option(help: "The warehouses, likewise.") var warehouses: String?
    @Option(help: "Thresholds of products in warehouses, likewise; there need not be any.") var thresholds: String?
    @Option(help: "The output format.") var format = Format.table
    @Option(help: "Which view to print; changes prints the alert changes, with a commit after each event.")
    var view = Shown.all
    @Option(help: "A configuration file whose input.*, ids.*, events.* and reference.* settings apply.")
    var config: String?
    @Flag(help: "Exit with 65 if any event was rejected.") var strict = false
    @Argument(help: "Files of events in their order; - is standard input.") var events: [String]

    func validate() throws {
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

    func run() throws {
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
        printViews(session.takeViews())
        session.report()
        if strict, session.hasRejected { throw Exit.data }
    }

    private func printViews(_ views: ViewTables) {
        switch format {
        case .table:
            let style = TerminalStyle(isColoured: Terminal.isColoured)
            if view == .stock || view == .all { print(views.stockTable().text(style)) }
            if view == .alerts || view == .all { print(views.alertTable().text(style)) }
            if view == .rollup || view == .all { print(views.rollupTable().text(style)) }
        case .csv, .json:
            var out = ByteWriter(capacity: 1 << 16)
            let rowFormat = format == .csv ? RowFormat.csv : .json
            if view == .stock || view == .all { views.write(.currentStockLevels, rowFormat, &out) }
            if view == .alerts || view == .all { views.write(.lowStockAlerts, rowFormat, &out) }
            if view == .rollup || view == .all { views.write(.multiWarehouseInventory, rowFormat, &out) }
            Output.write(out.bytes)
        }
    }
}

extension ViewTables {
    /// Writes a view's rows, for CSV with the header line.
    func write(_ view: View, _ format: RowFormat, _ out: inout ByteWriter) {
        if format == .csv {
            ViewRows.header(view, into: &out)
            out.append(byte: 0x0A)
        }
        switch view {
        case .currentStockLevels:
            for row in stock {
                ViewRows.stock(row, as: format, ids, into: &out)
                out.append(byte: 0x0A)
            }
        case .lowStockAlerts:
            for row in alerts {
                ViewRows.alert(row, as: format, ids, into: &out)
                out.append(byte: 0x0A)
            }
        case .multiWarehouseInventory:
            for row in rollup {
                ViewRows.rollup(row, as: format, ids, into: &out)
                out.append(byte: 0x0A)
            }
        }
    }
}

/// What the terminal is like.
enum Terminal {
    static var isColoured: Bool {
        isatty(1) == 1 && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    }
}
