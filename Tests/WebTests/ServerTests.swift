import Foundation
import Inventory
import Testing
import Wire

@testable import Pipeline
@testable import Web

@Suite("The HTTP interface")
struct ServerTests {
    @Test("the API returns rows as JSON, CSV and NDJSON, with the input offsets that they reflect")
    func forms() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
            let json = try await site.get("/v1/stock?limit=2")
            #expect(json.status == 200 && json.rows.count == 2)
            #expect(json.headers["date"]?.hasSuffix(" GMT") == true)
            #expect(json.rows[0]["product_name"] as? String == "Product 1")
            #expect(json.json["next"] is String && json.headers["link"]?.hasSuffix("rel=\"next\"") == true)
            #expect((json.json["offsets"] as? [[String: Int]]) == [["partition": 0, "offset": 15]])
            #expect(json.headers["stockd-offsets"] == "0=15" && json.headers["stockd-stale"] == "false")
            let csv = try await site.get("/v1/alerts.csv")
            let lines = csv.body.split(separator: "\n")
            #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(lines[0].hasSuffix("alert_severity,oversold_units,since,incident"))
            #expect(lines.count == stage.model.alerts.count + 1)
            let accepted = try await site.get("/v1/alerts", ["Accept: text/html, text/csv;q=0.5"])
            #expect(accepted.body == csv.body)
            let ndjson = try await site.get("/v1/rollup", ["Accept: application/x-ndjson"])
            #expect(ndjson.body.split(separator: "\n").count == 5)
            #expect(try await site.get("/v1/stock", ["Accept: image/png"]).status == 406)
            let link = try #require(json.headers["link"]?.split(separator: ">").first?.dropFirst())
            let next = try await site.get(String(link))
            #expect(next.rows.first?["warehouse_id"] as? Int == 3)
        }
    }

    @Test("every reason of a rejection and every kind of a skipped message is counted from 0")
    func countedFromZero() async throws {
        try await ServedStage.open { site in
            let samples = Set(try await site.get("/metrics").body.split(separator: "\n").map(String.init))
            for reason in BadEvent.Reason.allCases {
                let count = reason == .invalidJSON ? 1 : 0
                let sample = "stockd_rejected_events_total{reason=\"\(reason.rawValue)\"} \(count)"
                #expect(samples.contains(sample), "\(sample)")
            }
            for kind in SkipReason.allCases where kind != .tombstone {
                #expect(samples.contains("stockd_skipped_messages_total{kind=\"\(kind.rawValue)\"} 0"), "\(kind)")
            }
        }
    }

    @Test("the status and the metrics count oversold alerts separately, and each alert once")
    func oversold() async throws {
        let stage = Stage()
        for (units, product, warehouse) in [(-5, 1, 1), (-1, 2, 3), (0, 2, 1), (9, 3, 1), (-7, 5, 1)] {
            stage.apply(Int64(units), Int32(product), Int32(warehouse))
        }
        stage.commit()
        try await ServedStage.open(stage) { site in
            let alerts = try await site.get("/v1/status").json["alerts"] as? [String: Int]
            #expect(
                alerts == ["OVERSOLD": 2, "OUT_OF_STOCK": 1, "CRITICAL": 1, "LOW": 0, "WARNING": 0])
            let metrics = try await site.get("/metrics").body
            let samples = metrics.split(separator: "\n").filter { $0.hasPrefix("stockd_alerts{") }
            #expect(
                samples == [
                    #"stockd_alerts{severity="WARNING",level="WARNING"} 0"#,
                    #"stockd_alerts{severity="LOW",level="LOW"} 0"#,
                    #"stockd_alerts{severity="CRITICAL",level="CRITICAL"} 1"#,
                    #"stockd_alerts{severity="OUT_OF_STOCK",level="OUT_OF_STOCK"} 1"#,
                    #"stockd_alerts{severity="CRITICAL",level="OVERSOLD"} 2"#,
                ])
            let rows = try await site.get("/v1/alerts?level=OVERSOLD&sort=-oversold_units").rows
            #expect(rows.map { $0["oversold_units"] as? Int } == [5, 1])
            #expect(rows.allSatisfy { $0["alert_severity"] as? String == "CRITICAL" })
        }
    }

    @Test("the API returns a product with its warehouses and transfers, and 404 for an unknown product")
    func product() async throws {
        let stage = Stage()
        stage.apply(100, 2, 1)
        stage.apply(5, 2, 2)
        stage.commit()
        try await ServedStage.open(stage) { site in
            let product = try await site.get("/v1/products/2").json
            #expect((product["warehouses"] as? [[String: Any]])?.count == 2)
            let transfers = product["transfers"] as? [[String: Any]]
            #expect(transfers?.count == 1 && transfers?[0]["units"] as? Int == 35)
            #expect(transfers?[0]["to_warehouse_name"] as? String == "Warehouse 2")
            #expect(try await site.get("/v1/products/4").json["rollup"] is NSNull)
            #expect(try await site.get("/v1/products/99").status == 404)
            #expect(try await site.get("/v1/products/02").status == 404)
        }
    }

    @Test("a wrong request is answered with its status and a problem document")
    func problems() async throws {
        try await ServedStage.open { site in
            for (method, target, status) in [
                ("GET", "/nothing", 404), ("POST", "/v1/stock", 405), ("GET", "/v1/stock?limit=-1", 400),
                ("GET", "/v1/status?x=1", 400), ("DELETE", "/", 405), ("GET", "/v1/stock.xml", 404),
            ] {
                let reply = try await site.send(method, target)
                #expect(reply.status == status, "\(method) \(target)")
                #expect(reply.headers["content-type"] == "application/problem+json")
                #expect(reply.json["status"] as? Int == status && reply.json["detail"] is String)
            }
            let head = try await site.send("HEAD", "/v1/stock")
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("the server asks for the token everywhere except for health and the bare page")
    func token() async throws {
        let token = "0123456789abcdef"
        try await ServedStage.open(Stage(), { $0.token = token }) { site in
            for target in ["/v1/stock", "/v1/changes", "/metrics", "/openapi.json", "/v1/matrix"] {
                let refused = try await site.get(target)
                #expect(
                    refused.status == 401 && refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                #expect(try await site.get(target, ["Authorization: Bearer \(token)x"]).status == 401)
                #expect(try await site.get(target, ["Authorization: Basic \(token)"]).status == 401)
            }
            #expect(try await site.get("/v1/stock", ["Authorization: bearer \(token)"]).status == 200)
            for target in ["/", "/health/live", "/favicon.ico"] {
                #expect(try await site.get(target).status == 200)
            }
        }
    }

    @Test("a token is accepted only if all of it is equal")
    func comparison() {
        let right = Array("abcdefgh".utf8)
        #expect(AccessControl.areEqual(right, right))
        for wrong in ["", "a", "abcdefg", "abcdefgx", "xbcdefgh", "abcdefghabcdefgh"] {
            #expect(!AccessControl.areEqual(Array(wrong.utf8), right))
        }
    }

    @Test("without a token the server answers data requests only under this machine's own names")
    func rebinding() async throws {
        try await ServedStage.open { site in
            let foreign = try await site.get("/v1/stock", ["Host: evil.example"])
            #expect(foreign.status == 421)
            #expect(try await site.get("/v1/stock", ["Host: 127.0.0.1.evil.example:80"]).status == 421)
            #expect(try await site.get("/v1/stock", ["Host: 127.0.0.1:1"]).status == 200)
            #expect(try await site.get("/v1/stock", ["Host: [::1]:1"]).status == 200)
            #expect(try await site.get("/health/live", ["Host: evil.example"]).status == 200)
        }
    }

    @Test("the page's security policy allows only its own script, and no request text enters the page")
    func page() async throws {
        try await ServedStage.open { site in
            let page = try await site.get("/?q=<script>", [])
            #expect(page.status == 400 && !page.body.contains("<script>alert"))
            let one = try await site.get("/")
            let policy = try #require(one.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([a-z0-9]+)'/)).1
            #expect(one.body.contains("<script nonce=\"\(nonce)\">"))
            #expect(!one.body.contains("{NONCE}") && !one.body.contains("/*SCRIPT*/"))
            #expect(!one.body.contains("http://") && !one.body.contains("https://"), "no network needed")
            #expect(try await site.get("/").headers["content-security-policy"] != policy)
        }
    }

    @Test("the readiness check says why the daemon is not ready")
    func readiness() async throws {
        let stage = Stage()
        stage.fill(1, 1)
        try await ServedStage.open(stage) { site in
            #expect(try await site.get("/health/ready").status == 200)
            stage.store.setConnected(false)
            let reply = try await site.get("/health/ready")
            #expect(reply.status == 503)
            #expect(reply.json["reasons"] as? [String] == ["there is no connection to Kafka"])
            #expect(try await site.get("/health/live").status == 200)
        }
    }

    @Test("the server fails to start with a clear error when its port is taken")
    func portTaken() async throws {
        try await ServedStage.open { site in
            let other = WebServer(
                WebSettings(port: site.port),
                WebSource(
                    store: ViewStore(workers: 1), lags: LagWatch(), statistics: StatisticsShelf(),
                    counts: { [] },
                    workers: 1, release: "", libraryVersion: "", groupID: "", inputTopic: ""),
                logger: .init(label: "test"))
            let failure = await #expect(throws: WebFailure.self) { try await other.run() }
            #expect(failure?.description.contains("127.0.0.1:\(site.port): Address already in use") == true)
        }
    }
}
