import Foundation
import Postgres
import PostgresSupport
import TestSupport
import Testing

/// docs/sql.md as its reader types it.
@Suite("docs/sql.md", .blocking)
struct SQLPageTests {
    @Test("its queries give the results that it shows, on the tutorial day's tables and on those of a made-up month")
    func queries() throws {
        let tables = try TutorialTables("page")
        defer { tables.close() }
        let page = try Page()
        var isNextDay = false
        var isHistory = false
        for step in page.steps {
            if step.heading == "What to transfer from where" || step.query.contains("'Laptop Stand'"), !isNextDay {
                try tables.sendNextDay()
                isNextDay = true
            }
            if page.isAboutPast(step), !isHistory {
                try Self.replaceHistory(tables)
                isHistory = true
            }
            // The page's month is over.
            let path = "SET search_path = \(isHistory ? "past, pg_catalog, " : "")stockd, public"
            let found = try tables.psql([path, step.query])
            guard let result = step.result else { continue }
            #expect(found.trimmed == result.trimmed, "docs/sql.md:\(step.line)")
        }
        #expect(isNextDay && isHistory)
        #expect(page.steps.count { $0.result != nil } >= 11)
        let stock = try tables.psql(["SELECT count(*) FROM public.east_coast"], flags: ["-At"])
        #expect(stock.trimmed == "4")
    }

    @Test("its reader's role may read what is meant for people and nothing else, also in a table made anew")
    func reader() throws {
        let tables = try TutorialTables("reader")
        defer { tables.close() }
        let page = try Page()
        let role = "stock_reader_\(tables.database)"
        for step in page.steps where step.heading == "A role for readers" && step.query.contains("ROLE") {
            _ = try tables.psql([step.query.replacing("stock_reader", with: role)])
        }
        _ = try tables.psql(["CREATE ROLE \(role)_1 LOGIN IN ROLE \(role)"])
        let reader = try tables.server.connect(tables.database, user: "\(role)_1")
        for table in ["current_stock_levels", "low_stock_alerts", "multi_warehouse_inventory", "alert_changes"] {
            #expect(try !reader.run("SELECT * FROM stockd.\(table)").rows.isEmpty)
        }
        #expect(throws: PostgresError.self) { try reader.run("SELECT * FROM stockd.partitions") }
        #expect(throws: PostgresError.self) { try reader.run("DELETE FROM stockd.current_stock_levels") }
        _ = try tables.psql(["DROP TABLE stockd.multi_warehouse_inventory"])
        try tables.sendNextDay()
        #expect(try reader.run("SELECT * FROM stockd.multi_warehouse_inventory").rows.count == 5)
    }

    @Test("the tutorial's queries give the tutorial's results")
    func tutorial() throws {
        let tables = try TutorialTables("tutorial")
        defer { tables.close() }
        let queries = try Page().steps.filter { $0.heading == "The tutorial's queries" }.map(\.query)
        let files = ["current-stock-levels", "low-stock-alerts", "multi-warehouse-inventory"]
        for (query, file) in zip(queries, files) {
            let rows = try tables.psql(["SET search_path = stockd", query], flags: ["--csv"])
            // psql writes 2026-03-30 13:00:00+00 where the tutorial has 2026-03-30T13:00:00Z.
            let found = rows.replacing(/(\d) (\d\d:\d\d:\d\d)\+00/) { "\($0.1)T\($0.2)Z" }
            #expect(try found.trimmed == TutorialFile.text("expected-\(file).csv").trimmed)
        }
    }

    /// Puts a made-up month in the place of the tutorial's changes, and a `now()` at its end.
    private static func replaceHistory(_ tables: TutorialTables) throws {
        let connection = try tables.connect()
        try connection.script(
            """
            CREATE SCHEMA past;
            CREATE FUNCTION past.now() RETURNS timestamptz LANGUAGE sql STABLE AS
                $$ SELECT timestamptz '2026-03-31 18:00:00Z' $$
            """)
        let file = Repository.root.appending(path: "Tests/TestSupport/Tutorial/alert-history.csv").path
        _ = try tables.psql([
            "BEGIN; SET LOCAL stockd.writer = 'on'; DELETE FROM stockd.alert_changes",
            "\\copy stockd.alert_changes FROM '\(file)' CSV HEADER",
            "COMMIT",
        ])
    }
}

/// The queries of the page and what it shows of their results.
private struct Page {
    struct Step {
        var heading: String
        var query: String
        /// The text block that follows at once.
        var result: String?
        var line: Int
    }

    private(set) var steps: [Step] = []
    private var past: Range<Int> = 0..<0

    init() throws {
        let file = try MarkdownFile("docs/sql.md")
        let headings = file.prose.filter { $0.text.hasPrefix("#") }
        let blocks = file.blocks
        for (index, block) in blocks.enumerated() where block.language == "sql" {
            let next = index + 1 < blocks.count ? blocks[index + 1] : nil
            // One line ends the block, one is empty, one begins the next.
            let isNext = next?.language == "text" && next?.line == block.line + block.lines.count + 3
            let heading = headings.last { $0.line < block.line }?.text.drop { "# ".contains($0) } ?? ""
            steps.append(
                Step(
                    heading: String(heading), query: block.text, result: isNext ? next?.text : nil, line: block.line))
        }
        let begins = headings.first { $0.text == "## Questions about the past" }?.line ?? .max
        past = begins..<Int.max
    }

    func isAboutPast(_ step: Step) -> Bool { past.contains(step.line) }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
