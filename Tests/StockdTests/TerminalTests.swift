import Foundation
import Kafka
import TestSupport
import Testing

/// `stockd top` and `stockd query` against a daemon whose token is one of systemd's credentials.
@Suite("In the terminal", .blocking)
struct TerminalTests {
    private static let token = "a-token-that-is-long-enough"

    private static func site() throws -> (Site, Program, url: String) {
        let site = try Site("terminal", partitions: 3, settings: "alerts: {topic: NAME-alerts}")
        try site.makeDirectory("credentials")
        try site.write("credentials/http.token", token + "\n")
        let sender = try Sender(site, Shop.orders(400, seed: 7))
        try sender.send(400)
        let daemon = try site.run([
            "CREDENTIALS_DIRECTORY": site.path("credentials"), "STOCKD_HTTP_LISTEN": "127.0.0.1:0",
        ])
        let port = try eventually("it listens") {
            daemon.text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).map { String($0.1) }
        }
        let url = "http://127.0.0.1:\(port)"
        _ = try eventually("everything is counted") {
            let top = try run(["top", "--once"], url)
            return top.text.contains("lag 0 over 3") && top.text.contains("applied 400") ? () : nil
        }
        return (site, daemon, url)
    }

    private static func run(
        _ words: [String], _ url: String, _ token: String? = token, output: [String: String] = [:]
    ) throws -> (code: Int32, text: String) {
        var variables = output
        variables["STOCKD_HTTP_TOKEN"] = token
        let program = try Program(Program.stockd(), words + ["--url", url], variables)
        defer { program.remove() }
        let code = try program.exitCode()
        return (code, program.text)
    }

    @Test("stockd top prints alerts and lag, stockd query prints the views' rows, and both report errors")
    func topAndQuery() throws {
        let (site, daemon, url) = try Self.site()
        defer { site.close() }
        let expected = Recomputation(Shop.orders(400, seed: 7))
        // The counts may be a moment ahead of the views.
        let top = try eventually("all alerts are there") {
            let top = try Self.run(["top", "--once"], url)
            return top.text.contains("alerts, \(expected.alerts.count)\n") ? top : nil
        }
        #expect(top.code == 0)
        for text in ["ready", "\(site.name) on \(site.name)-in", "lag 0 over 3 partitions"] {
            #expect(top.text.contains(text), "\(top.text)")
        }
        #expect(!top.text.contains("\u{1B}"))
        let levels = expected.alerts.values.map(\.level)
        for level in ["OVERSOLD", "OUT_OF_STOCK", "CRITICAL", "LOW", "WARNING"] {
            #expect(top.text.contains("\(level) \(levels.count { $0 == level })"), "\(top.text)")
        }
        // The worst first: the rows of the alert table begin with their level.
        let rows = top.text.split(separator: "\n").drop { !$0.hasPrefix("alerts, ") }.dropFirst(2)
        let shown = rows.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(shown.prefix { $0 == "OVERSOLD" }.count == levels.count { $0 == "OVERSOLD" }, "\(top.text)")

        let csv = try Self.run(["query", "alerts", "--format", "csv"], url)
        #expect(csv.code == 0)
        #expect(csv.text.split(separator: "\n").count == expected.alerts.count + 1)
        let worst = try Self.run(["query", "alerts", "--severity", "critical", "--format", "json"], url)
        let found = try worst.text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(found.count == expected.alerts.values.count { $0.severity == "CRITICAL" })
        #expect(found.allSatisfy { $0["alert_severity"] as? String == "CRITICAL" })
        let oversold = try Self.run(["query", "alerts", "--level", "oversold", "--format", "csv"], url)
        #expect(oversold.text.split(separator: "\n").count == 1 + levels.count { $0 == "OVERSOLD" })
        let stock = try Self.run(["query", "stock", "--limit", "7", "--sort=-current_stock"], url)
        #expect(stock.text.split(separator: "\n").count == 9, "\(stock.text)")

        #expect(try Self.run(["query", "stock", "--sort", "colour"], url).code == 64)
        #expect(try Self.run(["query", "stock"], "https://localhost").code == 64)
        for wrong in [nil, "another-token-of-the-same-length"] {
            let refused = try Self.run(["query", "stock"], url, wrong)
            #expect(refused.code == 78 && refused.text.contains("STOCKD_HTTP_TOKEN"), "\(refused.text)")
        }
        let file = try Self.run(
            ["query", "rollup", "--token-file", site.path("credentials/http.token")], url, nil)
        #expect(file.code == 0, "\(file.text)")

        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        for words in [["top", "--once"], ["query", "stock"]] {
            let away = try Self.run(words, url)
            #expect(away.code == 69 && away.text.contains("no daemon answers"), "\(away.text)")
        }
    }

    @Test("a full disk ends stockd with 74", .enabled(if: Program.find("bash") != nil))
    func fullDisk() throws {
        let shell = try Program(
            #require(Program.find("bash")), ["-c", "\"$0\" version >/dev/full", Program.stockd()])
        defer { shell.remove() }
        #expect(try shell.exitCode() == 74, "\(shell.text)")
    }
}
