import ArgumentParser
import Foundation
import WebClient
import Wire

struct Query: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the rows of a view of a running daemon, over HTTP.",
        discussion: """
            It reads page after page. A row that keeps its position in the order comes exactly once, \
            whatever else changes between two pages.

            Example: stockd query alerts --level OVERSOLD --format csv
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }
    enum Shown: String, ExpressibleByArgument, CaseIterable { case stock, alerts, rollup }

    @Argument(help: "The view to print.") var view: Shown
    @OptionGroup var connection: DaemonConnection
    @Option(help: "Only this product; may be repeated.") var productId: [String] = []
    @Option(help: "Only this warehouse; may be repeated.") var warehouseId: [String] = []
    @Option(help: "Only this category; may be repeated.") var category: [String] = []
    @Option(help: "Of stock and alerts: WARNING, LOW, CRITICAL or OUT_OF_STOCK; may be repeated.")
    var severity: [String] = []
    @Option(help: "As --severity, but negative stock is OVERSOLD and not CRITICAL; may be repeated.")
    var level: [String] = []
    @Option(help: "Of the rollup: OUT_OF_STOCK, REORDER_NOW, REORDER_SOON or HEALTHY; may be repeated.")
    var status: [String] = []
    @Option(help: "Part of a product's or warehouse's name.") var search: String?
    @Option(help: "The column to sort by; --sort=-current_stock for descending.") var sort: String?
    @Option(help: "At most this many rows; 0 for all.") var limit = 0
    @Option(help: "The output format; json is one object a line.") var format = Format.table

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit: found \(limit); must be 0 or more") }
    }

    func run() async throws {
        let client = try connection.client()
        do throws(WebClientFailure) {
            try await run(client)
        } catch {
            throw error.exit()
        }
    }

    private static let pageSize = 5_000

    private func run(_ client: WebClient) async throws(WebClientFailure) {
        let path = "/v1/\(view.rawValue)." + (format == .json ? "ndjson" : "csv")
        var left = limit == 0 ? Int.max : limit
        var cursor: String?
        var table: CSVTable?
        repeat {
            var query = filters
            query.append(("limit", "\(min(left, Self.pageSize))"))
            if let cursor { query.append(("cursor", cursor)) }
            let answer = try await client.ask(path, query)
            let isFirst = table == nil
            let page = CSVTable(format == .json ? [] : answer.body)
            left -= format == .json ? answer.body.count { $0 == 0x0A } : page.rows.count
            cursor = left > 0 ? Self.next(answer) : nil
            if isFirst, answer.headers["stockd-stale"] == "true" {
                printError("the rows are \(answer.headers["stockd-age-ms"] ?? "?") ms old: see stockd top")
            }
            switch format {
            case .json: Output.write(answer.body)
            case .csv:
                Output.write(isFirst ? answer.body[...] : page.bodyAfterHeader(answer.body))
            case .table: break
            }
            if isFirst { table = page } else if format == .table { table?.rows += page.rows }
        } while cursor != nil
        if format == .table, let table {
            let title = "\(view.rawValue), \(Counted.text(table.rows.count, "row"))"
            var text = TextTable(title: title, columns: table.header)
            text.rows = table.rows
            print(text.text(TerminalStyle(isColoured: Terminal.isColoured)), terminator: "")
        }
    }

    private var filters: [(String, String)] {
        var query = productId.map { ("product_id", $0) } + warehouseId.map { ("warehouse_id", $0) }
        query += category.map { ("category", $0) } + severity.map { ("severity", $0.uppercased()) }
        query += level.map { ("level", $0.uppercased()) }
        query += status.map { ("status", $0.uppercased()) }
        if let search { query.append(("q", search)) }
        if let sort { query.append(("sort", sort)) }
        return query
    }

    /// The cursor in `Link: <…cursor=…>; rel="next"`.
    private static func next(_ answer: WebClient.Response) -> String? {
        guard let link = answer.headers["link"], link.contains("rel=\"next\""),
            let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close,
            let query = link[link.index(after: open)..<close].split(separator: "?").dropFirst().first
        else { return nil }
        let found = query.split(separator: "&").first { $0.hasPrefix("cursor=") }
        return found.flatMap { String($0.dropFirst("cursor=".count)).removingPercentEncoding }
    }
}
