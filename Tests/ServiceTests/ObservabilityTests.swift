import Foundation
import TestSupport
import Testing
import Yams

/// The shipped Prometheus rules and Grafana dashboard depend on the names of the daemon's metrics.
@Suite("The observability kit")
struct ObservabilityTests {
    private static let kit = "Config/observability/"

    /// The metric families that the daemon exports, as its sources name them.
    private static func exported() throws -> Set<String> {
        var names: Set<String> = []
        for file in try SourceFile.all()
        where file.target == "Web" || file.path.hasSuffix("NotifyPages.swift") {
            for line in file.lines where line.contains("_") || line.contains("family(") {
                names.formUnion(line.matches(of: /"((?:stockd|process)_[a-z_]+)"/).map { String($0.1) })
                // The families of each receiver, by the ends of their names.
                names.formUnion(line.matches(of: /family\("([a-z_]+)", \./).map { "stockd_notify_" + $0.1 })
            }
        }
        // Prometheus itself adds `up`, about the scrape.
        return names.union(["up"])
    }

    /// The metrics that an expression names; a histogram is named by its family.
    private static func metrics(in expression: String) -> Set<String> {
        // Labels and their values are no metrics.
        let bare = expression.replacing(/\{[^}]*\}/) { _ in "" }
        let words = bare.matches(of: /\b(?:stockd_[a-z_]+|process_[a-z_]+|up)\b/).map { String($0.output) }
        return Set(words.map { String($0.replacing(/_(bucket|count|sum)$/) { _ in "" }) })
    }

    private static func rules() throws -> [[String: Any]] {
        let text = try Repository.text(kit + "stockd.rules.yaml")
        let file = try Yams.load(yaml: text) as? [String: Any]
        let groups = file?["groups"] as? [[String: Any]] ?? []
        return groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
    }

    private static func dashboard(_ name: String = "stockd") throws -> [String: Any] {
        let text = try Repository.text(kit + "grafana/dashboards/\(name).json")
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    @Test("every alert rule names only exported metrics and is explained in docs/troubleshooting.md")
    func ruleNames() throws {
        let exported = try Self.exported()
        #expect(exported.count > 30)
        let manual = try Repository.text("docs/troubleshooting.md")
        let rules = try Self.rules()
        #expect(rules.count >= 10)
        for rule in rules {
            let name = rule["alert"] as? String ?? "?"
            let used = Self.metrics(in: rule["expr"] as? String ?? "")
            #expect(!used.isEmpty, "\(name)")
            #expect(used.subtracting(exported) == [], "\(name) names what nobody exports")
            #expect(manual.contains("\n### \(name)\n"), "docs/troubleshooting.md does not explain \(name)")
        }
    }

    @Test("the dashboard names only metrics that the daemon exports")
    func dashboardNames() throws {
        let exported = try Self.exported()
        let dashboard = try Self.dashboard()
        let panels = dashboard["panels"] as? [[String: Any]] ?? []
        #expect(panels.count > 20)
        var used: Set<String> = []
        for panel in panels where panel["type"] as? String != "row" {
            let title = panel["title"] as? String ?? "?"
            let targets = panel["targets"] as? [[String: Any]] ?? []
            #expect(!targets.isEmpty, "\(title)")
            for target in targets {
                let expression = target["expr"] as? String ?? ""
                let names = Self.metrics(in: expression)
                #expect(!names.isEmpty, "\(title): \(expression)")
                #expect(names.subtracting(exported) == [], "\(title) names what nobody exports")
                #expect(expression.contains("$instance"), "\(title) ignores the chosen instance")
                used.formUnion(names)
            }
        }
        #expect(used.count > 25, "what is exported is worth showing")
    }

    @Test(
        "a dashboard's panels have ids of their own and do not overlap", arguments: ["stockd", "stock-sql"])
    func panels(_ name: String) throws {
        let panels = try Self.dashboard(name)["panels"] as? [[String: Any]] ?? []
        let ids = panels.compactMap { $0["id"] as? Int }
        #expect(Set(ids).count == panels.count)
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = panel["gridPos"] as? [String: Int] ?? [:]
            let (x, y) = (place["x"] ?? -1, place["y"] ?? -1)
            let (width, height) = (place["w"] ?? 0, place["h"] ?? 0)
            #expect(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 24)
            for column in x..<x + width {
                for line in y..<y + height {
                    #expect(taken.insert([column, line]).inserted, "\(panel["title"] ?? "?")")
                }
            }
        }
    }

    private static let tool: String? = {
        let own = Repository.root.appending(path: ".build/tools/promtool").path
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return (places.map { "\($0)/promtool" } + [own]).first(where: FileManager.default.isExecutableFile)
    }()

    @Test(
        "promtool accepts the rules and the configuration, and the rules fire when they should",
        .enabled(if: tool != nil, "promtool is not there: Scripts/promtool.sh"),
        arguments: [
            ["check", "rules", "stockd.rules.yaml"], ["test", "rules", "stockd.rules.test.yaml"],
            ["check", "config", "--syntax-only", "prometheus.yml"],
        ])
    func promtool(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.tool))
        process.arguments = arguments
        process.currentDirectoryURL = Repository.root.appending(path: Self.kit)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
