import Foundation
import Inventory
import TestSupport
import Testing
import Wire

@testable import Pipeline
@testable import Web

@Suite("What is described")
struct DescriptionTests {
    @Test("the metrics pass promtool's lint and are the ones that docs/metrics.md lists")
    func metrics() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
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
                contentsOf: Repository.root.appending(path: "docs/metrics.md"), encoding: .utf8)
            let documented = Set(
                documentation.matches(of: /`((?:stockd|process)_[a-z_]+)`/).map { String($0.1) }
                    // Those of stockd notify are compared with its own.
                    .filter { !$0.hasPrefix("stockd_notify_") })
            #expect(exported.subtracting(documented) == [], "not in docs/metrics.md")
            #expect(documented.subtracting(exported) == [], "not exported")
        }
    }

    @Test("openapi.json describes every path of the server")
    func paths() async throws {
        try await ServedStage.open { site in
            let paths = try await site.get("/openapi.json").json["paths"] as? [String: Any]
            let described = Set(try #require(paths).keys)
            let routes: [Route] = [
                .view(.currentStockLevels, nil), .view(.lowStockAlerts, nil),
                .view(.multiWarehouseInventory, nil),
                .product("1"), .productHistory("1"), .alertHistory, .matrix, .status, .changes, .live, .ready,
                .metrics, .description,
            ]
            #expect(described == Set(routes.map(\.name)))
        }
    }

    @Test("openapi.json gives an alert change the fields of the alert message, and allows their nulls")
    func alertChange() async throws {
        let stage = Stage()
        stage.apply(-5, 1, 1)
        stage.commit()
        stage.apply(2, 1, 1)
        stage.apply(500, 1, 1)
        stage.commit()
        let changes = try #require(stage.store.blocks(after: 0)).flatMap(\.changes)
        #expect(changes.map(\.kind) == [.raised, .resolved])
        try await ServedStage.open(stage) { site in
            let components = try await site.get("/openapi.json").json["components"] as? [String: Any]
            let schemas = components?["schemas"] as? [String: [String: Any]]
            let schema = try #require(schemas?["AlertChange"])
            let properties = try #require(schema["properties"] as? [String: [String: Any]])
            for change in changes {
                var out = ByteWriter()
                AlertEncoder.change(change, into: &out)
                let message = try #require(
                    try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: Any])
                #expect(Set(message.keys) == Set(properties.keys))
                #expect(Set(message.keys) == Set(schema["required"] as? [String] ?? []))
                for (name, value) in message where value is NSNull {
                    let types = properties[name]?["type"] as? [String]
                    let words = properties[name]?["enum"] as? [Any]
                    let isAllowed =
                        types?.contains("null") == true || words?.contains { $0 is NSNull } == true
                    #expect(isAllowed, "\(name) is null")
                }
            }
        }
    }

    /// Schemathesis makes up some thousand requests from openapi.json. No schema can say which cursors are valid,
    /// so the check positive_data_acceptance is left out. `/v1/changes` never ends and has tests of its own.
    @Test("the server behaves as openapi.json says for every request that schemathesis makes up")
    func schemathesis() async throws {
        let stage = Stage(.shop(products: 40, warehouses: 4))
        stage.fill(40, 4)
        try await ServedStage.open(stage) { site in
            let (status, output) = try await onThread { [port = site.port] in
                try Tool.run(
                    Repository.root.appending(path: ".build/test-tools/bin/schemathesis").path,
                    [
                        "--config-file",
                        Repository.root.appending(path: "Tests/WebTests/schemathesis.toml").path,
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
