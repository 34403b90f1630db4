import Inventory
import TestSupport
import Testing
import Wire

@testable import Pipeline
@testable import Web

@Suite("The history of stock and alerts")
struct HistoryTests {
    /// Seconds of the present, so far back.
    private static func ago(_ seconds: Int64) -> Int64 { wallMicroseconds() / 1_000 - seconds * 1_000 }

    private static func text(_ timeMs: Int64) -> String {
        RFC3339.string(Timestamp(microseconds: timeMs / 1_000 * 1_000_000))
    }

    /// The steps of each warehouse, each as its time and stock.
    private func steps(_ reply: Reply) -> [[[String]]] {
        let warehouses = reply.json["warehouses"] as? [[String: Any]] ?? []
        return warehouses.map { ($0["stock"] as? [[Any]] ?? []).map { $0.map { "\($0)" } } }
    }

    @Test("a product's history has the stock where it begins, then each change, by warehouse")
    func product() async throws {
        let stage = Stage()
        let times = [7_200, 3_600, 60].map(Self.ago)
        stage.apply(100, 2, 1)
        stage.apply(7, 1, 1)
        stage.commit(atMs: times[0])
        stage.apply(-130, 2, 1)
        stage.apply(5, 2, 3)
        stage.commit(atMs: times[1])
        stage.apply(40, 2, 1)
        stage.commit(atMs: times[2])
        try await ServedStage.open(stage) { site in
            let reply = try await site.get("/v1/products/2/history")
            let texts = times.map(Self.text)
            #expect(reply.status == 200 && reply.json["kept"] as? Bool == true)
            #expect(reply.json["begins_at"] as? String == texts[0] && reply.json["product_id"] as? Int == 2)
            #expect(
                steps(reply) == [
                    [[texts[0], "<null>"], [texts[0], "100"], [texts[1], "-30"], [texts[2], "10"]],
                    [[texts[0], "<null>"], [texts[1], "5"]],
                ])
            let first = (reply.json["warehouses"] as? [[String: Any]])?.first
            #expect(first?["warehouse_name"] as? String == "Warehouse 1" && first?["reorder_threshold"] as? Int == 40)
            // Neither a view that is not shown yet, nor a change of another product.
            stage.apply(1, 2, 1)
            stage.commit(publishing: false)
            #expect(steps(try await site.get("/v1/products/2/history")) == steps(reply))
            #expect(
                steps(try await site.get("/v1/products/1/history")) == [[[texts[0], "<null>"], [texts[0], "7"]]])
            for target in ["99", "02", "x"] {
                #expect(try await site.get("/v1/products/\(target)/history").status == 404)
            }
            #expect(try await site.get("/v1/products//history").status == 404)
            #expect(try await site.get("/v1/products/2/history?x=1").status == 400)
        }
    }

    @Test("nothing older than a day is in a history, and the stock at its beginning is right")
    func day() async throws {
        let stage = Stage()
        for seconds: Int64 in [200_000, 100_000, 50_000] {
            stage.apply(10, 1, 1)
            stage.commit(atMs: Self.ago(seconds))
        }
        try await ServedStage.open(stage) { site in
            let reply = try await site.get("/v1/products/1/history")
            let found = steps(reply)
            #expect(found.count == 1 && found[0].map { $0[1] } == ["20", "30"])
            let begins = try #require(reply.json["begins_at"] as? String)
            #expect((Self.text(Self.ago(86_460))...Self.text(Self.ago(86_400))).contains(begins))
        }
    }

    @Test("of very many changes those remain that a graph shows")
    func many() {
        let steps = (0..<100_000).map { StockPast.Step(seconds: UInt32($0), stock: Int64($0 * 7_919 % 1_000)) }
        let thinned = StockPast.thinned(steps)
        #expect(thinned.count <= 4 * (100_000 / 120 + 1))
        for start in stride(from: UInt32(0), to: 100_000, by: 120) {
            let all = steps.filter { (start..<start + 120).contains($0.seconds) }
            let some = thinned.filter { (start..<start + 120).contains($0.seconds) }
            #expect(some.first == all.first && some.last == all.last)
            #expect(some.compactMap(\.stock).min() == all.compactMap(\.stock).min())
            #expect(some.compactMap(\.stock).max() == all.compactMap(\.stock).max())
        }
        #expect(StockPast.thinned(Array(steps[..<1_440])).count == 1_440)
    }

    @Test("without a history the answer says that none is kept; with an empty one, that it has no beginning")
    func none() async throws {
        let off = Stage()
        off.history = nil
        off.fill(2, 1)
        try await ServedStage.open(off) { site in
            for path in ["/v1/products/1/history", "/v1/alerts/history"] {
                let reply = try await site.get(path)
                #expect(reply.status == 200 && reply.json["kept"] as? Bool == false)
                #expect(reply.json["begins_at"] is String == false)
            }
            #expect(try await site.get("/v1/products/99/history").status == 404)
        }
        let empty = Stage()
        empty.publish()
        try await ServedStage.open(empty) { site in
            let reply = try await site.get("/v1/products/1/history")
            #expect(reply.json["kept"] as? Bool == true && reply.json["begins_at"] is String == false)
            #expect(steps(reply).isEmpty)
        }
    }

    @Test("texts as ids have a history, too")
    func texts() async throws {
        let ids = IDs(product: .text)
        let number = Array("A/history".utf8).withUnsafeBytes { ids.names?.intern($0) }
        let id = ProductID(try #require(number))
        let stage = Stage(
            Catalog(
                products: [Product(id: id, name: "Lamp", category: "Home", reorderThreshold: 5)],
                warehouses: [Warehouse(id: WarehouseID(1), name: "Hub", region: "North")]), ids: ids)
        stage.apply(-3, id.rawValue, 1)
        stage.commit()
        try await ServedStage.open(stage) { site in
            let reply = try await site.get("/v1/products/A%2Fhistory/history")
            #expect(reply.json["product_id"] as? String == "A/history")
            #expect(steps(reply).first?.map { $0[1] } == ["<null>", "-3"])
            #expect(try await site.get("/v1/products/A%2Fhistory").status == 200)
        }
    }

    @Test("the alerts of the last day are counted every five minutes, except while the views are stale")
    func alerts() async throws {
        let stage = Stage()
        let trend = AlertTrend()
        let startedAt = wallMicroseconds()
        func look(_ minutes: Int64) {
            trend.look(stage.store, now: Timestamp(microseconds: startedAt + minutes * 60_000_000))
        }
        look(0)
        #expect(trend.samples.isEmpty, "nothing is shown yet")
        stage.apply(-5, 1, 1)
        stage.apply(39, 2, 1)
        stage.commit()
        for minutes: Int64 in 0...9 { look(minutes) }
        #expect(trend.samples.map(\.counts) == [[1, 0, 0, 0, 1], [1, 0, 0, 0, 1]])
        stage.store.setConnected(false, at: monotonicMicroseconds() - 30_000_000)
        look(10)
        #expect(trend.samples.count == 2)
        stage.store.setConnected(true)
        for minutes: Int64 in 11...3_000 { look(minutes) }
        #expect(trend.samples.count == 288)
        try await ServedStage.open(stage) { site in
            let reply = try await site.get("/v1/alerts/history").json
            #expect(reply["kept"] as? Bool == true && reply["begins_at"] is String)
            #expect(reply["levels"] as? [String] == ["OVERSOLD", "OUT_OF_STOCK", "CRITICAL", "LOW", "WARNING"])
            let last = (reply["samples"] as? [[Any]])?.last?.dropFirst().map { $0 as? Int }
            #expect(last == [1, 0, 0, 0, 1])
        }
    }
}
