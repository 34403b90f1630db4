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
            Reads NDJSON, an event a line, with the daemon's own decoder and aggregate. A bad event is \
            reported on standard error with its line and reason and changes nothing, as in the daemon. \
            Memory grows with the pairs, not with the files.

            Example: stockd replay --products products.csv --warehouses warehouses.csv events.ndjson
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }
    enum Shown: String, ExpressibleByArgument, CaseIterable { case stock, alerts, rollup, changes, all }

    @Option(help: "The products, CSV or JSON by the file's ending.") var products: String
    @Option(help: "The warehouses, CSV or JSON by the file's ending.") var warehouses: String
    @Option(help: "The output format.") var format = Format.table
    @Option(help: "Which view to print; changes prints the alert changes, with a commit after each event.")
    var view = Shown.all
    @Option(help: "A configuration file whose events.* settings apply.") var config: String?
    @Argument(help: "Files of events in their order; - is standard input.") var events: [String]

    func run() throws {
        var session = try makeSession()
        let prints = ChangePrinter(format: format, isWanted: view == .changes || view == .all)
        prints.header()
        for path in events {
            do throws(ReadFailure) {
                try session.read(path) { prints.print($0) }
            } catch {
                printError(error.description)
                throw Exit.io
            }
        }
        prints.flush()
        printViews(session.takeViews())
        if session.badCount > 0 { printError("\(session.badCount) bad events rejected") }
    }

    private func makeSession() throws -> ReplaySession {
        let files = ReferenceFiles(products: products, warehouses: warehouses)
        if case .kept(let mistakes) = files.load() {
            for mistake in mistakes { printError(mistake) }
            throw Exit.data
        }
        var settings = PipelineSettings()
        if let config {
            let (loaded, mistakes) = Configuration.load(file: config, environment: ProcessInfo.processInfo.environment)
            guard let loaded else { throw ConfigurationOption.fail(mistakes.map(\.description)) }
            settings = loaded.pipelineSettings(release: Stockd.release)
        }
        return ReplaySession(settings, catalog: files.tables?.catalog ?? Catalog())
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
                ViewRows.stock(row, as: format, into: &out)
                out.append(byte: 0x0A)
            }
        case .lowStockAlerts:
            for row in alerts {
                ViewRows.alert(row, as: format, into: &out)
                out.append(byte: 0x0A)
            }
        case .multiWarehouseInventory:
            for row in rollup {
                ViewRows.rollup(row, as: format, into: &out)
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
