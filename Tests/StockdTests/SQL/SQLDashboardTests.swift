import Foundation
import PostgresSupport
import TestSupport
import Testing

@Suite("Grafana's dashboard on the tables", .blocking)
struct SQLDashboardTests {
    @Test("every panel's query runs and has the columns that its panel needs, on the tutorial day's tables")
    func panels() throws {
        let tables = try TutorialTables("dashboard")
        defer { tables.close() }
        try tables.sendNextDay()
        let connection = try tables.connect()
        let text = try Repository.text("Config/observability/grafana/dashboards/stock-sql.json")
        let dashboard = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let panels = try #require(dashboard?["panels"] as? [[String: Any]])
        #expect(panels.count >= 10)
        var empty: [String] = []
        for panel in panels {
            let title = panel["title"] as? String ?? "?"
            let targets = panel["targets"] as? [[String: Any]] ?? []
            let target = try #require(targets.first)
            let query = Self.filled(target["rawSql"] as? String ?? "")
            #expect(!query.contains("$__"), "\(title): a macro that this test does not know")
            // \gdesc would need no row; the column names come with an empty result, too.
            let header = try tables.psql([query], flags: ["--csv"]).split(separator: "\n").first.map(String.init) ?? ""
            if target["format"] as? String == "time_series" {
                #expect(header.hasPrefix("time,metric,"), "\(title): \(header)")
            }
            if try connection.run(query).rows.isEmpty { empty.append(title) }
        }
        #expect(empty == ["Alerts that flapped"])
    }

    @Test("the standing alerts over time end with those that stand")
    func overTime() throws {
        let tables = try TutorialTables("over-time")
        defer { tables.close() }
        try tables.sendNextDay()
        let text = try Repository.text("Config/observability/grafana/dashboards/stock-sql.json")
        let dashboard = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let panels = dashboard?["panels"] as? [[String: Any]] ?? []
        let panel = try #require(panels.first { $0["title"] as? String == "Standing alerts by severity" })
        let target = try #require((panel["targets"] as? [[String: Any]])?.first)
        let query = Self.filled(target["rawSql"] as? String ?? "")
        let last = try tables.connect().run(
            "SELECT DISTINCT ON (metric) metric, alerts FROM (\(query)) AS panel ORDER BY metric, time DESC"
        ).rows
        #expect(last == [["CRITICAL", "3"], ["LOW", "2"], ["OUT_OF_STOCK", "0"], ["WARNING", "4"]])
    }

    /// The query as Grafana sends it for the last day.
    private static func filled(_ query: String) -> String {
        let (from, to) = ("(now() - interval '1 day')", "now()")
        return query.replacing("$__timeFrom()", with: from).replacing("$__timeTo()", with: to)
            .replacing(/\$__timeFilter\((\w+)\)/) { "\($0.1) BETWEEN \(from) AND \(to)" }
            .replacing(/\$__timeGroupAlias\((\w+), *\$__interval\)/) {
                "floor(extract(epoch FROM \($0.1)) / 60) * 60 AS \"time\""
            }
    }
}
