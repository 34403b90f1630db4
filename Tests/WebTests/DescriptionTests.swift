import Foundation
import Inventory
import Testing

@testable import Pipeline
@testable import Web

@Suite("What is described")
struct DescriptionTests {
    @Test("in metrics passes promtool's lint and is what docs/http.md lists")
    func metrics() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await Site.open(stage) { site in
            let text = try await site.get("/metrics").body
            let (status, output) = try await onThread {
                try Tool.run(Tool.promtool, ["check", "metrics"], input: text)
            }
            #expect(status == 0, "\(output)")
            let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                .map { $0.prefix { $0 != " " } }
            #expect(Set(samples).count == samples.count, "a sample comes twice")
            #expect(
                text.contains(
                    "stockd_kafka_broker_rtt_seconds{client=\"worker0-consumer\",broker=\"1\"} 0.0015"))
            let exported = Set(text.matches(of: /(?m)^# TYPE (\S+)/).map { String($0.1) })
            let documentation = try String(
                contentsOf: Tool.root.appending(path: "docs/http.md"), encoding: .utf8)
            let documented = Set(
                documentation.matches(of: /`((?:stockd|process)_[a-z_]+)`/).map { String($0.1) })
            #expect(exported.subtracting(documented) == [], "not in docs/http.md")
            #expect(documented.subtracting(exported) == [], "not exported")
        }
    }

    @Test("in openapi.json is every path there is")
    func paths() async throws {
        try await Site.open { site in
            let paths = try await site.get("/openapi.json").json["paths"] as? [String: Any]
            let described = Set(try #require(paths).keys)
            let routes: [Route] = [
                .view(.currentStockLevels, nil), .view(.lowStockAlerts, nil),
                .view(.multiWarehouseInventory, nil),
                .product(ProductID(1)), .matrix, .status, .changes, .live, .ready, .metrics, .description,
            ]
            #expect(described == Set(routes.map(\.name)))
        }
    }

    /// That a cursor must be one of ours no schema can say, so positive_data_acceptance is left out.
    /// Some thousand requests made up from the description; `/v1/changes` never ends and has tests of its own.
    @Test("in openapi.json holds for whatever schemathesis sends")
    func schemathesis() async throws {
        let stage = Stage(.shop(products: 40, warehouses: 4))
        stage.fill(40, 4)
        try await Site.open(stage) { site in
            let (status, output) = try await onThread { [port = site.port] in
                try Tool.run(
                    Tool.root.appending(path: ".build/test-tools/bin/schemathesis").path,
                    [
                        "--config-file", Tool.root.appending(path: "Tests/WebTests/schemathesis.toml").path,
                        "run", "http://127.0.0.1:\(port)/openapi.json", "--exclude-path", "/v1/changes",
                        "--max-examples", "25", "--phases", "examples,coverage,fuzzing", "--no-color",
                        "--checks", "all", "--exclude-checks", "ignored_auth,positive_data_acceptance",
                        "--seed", "7",
                    ])
            }
            #expect(status == 0, "\(output.suffix(6_000))")
        }
    }
}
