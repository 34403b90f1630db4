import Foundation
import Inventory
import TestSupport
import Testing

@testable import Pipeline
@testable import Web

@Suite("The page in a browser", .serialized)
struct PageTests {
    /// Where scenes leave screenshots for a person to look at, if somewhere.
    private static let screenshots = ProcessInfo.processInfo.environment["STOCKD_TEST_SCREENSHOTS"].map { [$0] } ?? []

    /// Plays a scene in the browser.
    /// - Parameter then: what changes in the daemon once the page shows the initial state.
    private static func browse(
        _ site: ServedStage, _ scene: String, then: @escaping @Sendable () -> Void = {}
    ) async throws {
        let mark = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: mark) }
        let change = Task {
            while !FileManager.default.fileExists(atPath: mark.path) {
                try await Task.sleep(for: .milliseconds(20))
            }
            then()
        }
        let (status, output) = try await onThread { [port = site.port] in
            try Tool.run(
                Tool.python,
                [
                    Repository.root.appending(path: "Tests/WebTests/Browser/page.py").path, scene,
                    "http://127.0.0.1:\(port)/", mark.path,
                ] + screenshots)
        }
        change.cancel()
        #expect(status == 0, "\(output)")
    }

    @Test("the page shows what the API says, works by mouse and by keyboard, and follows changes")
    func small() async throws {
        let stage = Stage(
            Catalog(
                products: [
                    Product(
                        id: ProductID(1), name: "<img src=x onerror=alert(1)>", category: "A",
                        reorderThreshold: 40),
                    Product(id: ProductID(2), name: "Laptop Stand", category: "B", reorderThreshold: 30),
                    Product(id: ProductID(3), name: "Webcam", category: "B", reorderThreshold: nil),
                ],
                warehouses: (1...3).map { Warehouse(id: WarehouseID($0), name: "Hub \($0)", region: "R") },
                thresholds: [
                    PairThreshold(
                        id: Pair(product: ProductID(1), warehouse: WarehouseID(2)), reorderThreshold: 120),
                    PairThreshold(id: Pair(product: ProductID(3), warehouse: WarehouseID(3)), reorderThreshold: 8),
                ]))
        for (units, product, warehouse) in [
            (0, 1, 1), (90, 1, 2), (15, 2, 1), (7, 2, 2), (-5, 2, 3), (0, 3, 1), (-4, 3, 2),
        ] {
            stage.apply(Int64(units), Int32(product), Int32(warehouse))
        }
        stage.commit()
        try await ServedStage.open(stage) { site in
            try await Self.browse(site, "small") {
                // While the browser watches: a delivery, a sale of six units that are not in stock, and the first
                // event of a pair with a threshold of its own.
                stage.apply(100, 2, 1)
                stage.apply(2, 3, 3)
                stage.apply(-6, 1, 1)
                stage.commit()
            }
        }
    }

    @Test("the page draws only the rows in view when there are 10,000 products")
    func large() async throws {
        let stage = Stage(.shop(products: 10_000, warehouses: 10))
        stage.fill(10_000, 10)
        try await ServedStage.open(stage) { site in try await Self.browse(site, "large") }
    }

    @Test("the page draws the last day of a product's stock and of the alerts, or says that no history is kept")
    func history() async throws {
        let stage = Stage()
        for (hours, units, warehouse) in [(6, 100, 1), (4, 20, 3), (2, -130, 1), (1, 25, 1)] {
            stage.apply(Int64(units), 2, Int32(warehouse))
            stage.commit(atMs: wallMicroseconds() / 1_000 - Int64(hours) * 3_600_000)
        }
        try await ServedStage.open(stage) { site in try await Self.browse(site, "history") }
        let off = Stage()
        off.history = nil
        off.fill(5, 3)
        try await ServedStage.open(off) { site in try await Self.browse(site, "no_history") }
    }

    @Test("the page asks for the token, and shows no rows before it has it")
    func token() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage, { $0.token = "0123456789abcdef" }) { site in
            try await Self.browse(site, "token")
        }
    }

    @Test("the page warns that its data is stale when the daemon has lost Kafka")
    func stale() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
            try await Self.browse(site, "stale") {
                stage.store.setConnected(false, at: monotonicMicroseconds() - 30_000_000)
            }
        }
    }
}
