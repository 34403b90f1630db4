import Foundation
import Inventory
import TestSupport
import Testing

@testable import Pipeline
@testable import Web

@Suite("The page in a browser", .serialized)
struct PageTests {
    /// Plays a scene in the browser.
    /// - Parameter then: what happens to the daemon once the page shows what was there before.
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
                ])
        }
        change.cancel()
        #expect(status == 0, "\(output)")
    }

    @Test("shows what the API says, by mouse and by keyboard, and follows changes")
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
                warehouses: (1...3).map { Warehouse(id: WarehouseID($0), name: "Hub \($0)", region: "R") }))
        for (units, product, warehouse) in [
            (0, 1, 1), (90, 1, 2), (15, 2, 1), (7, 2, 2), (-5, 2, 3), (0, 3, 1), (-4, 3, 2),
        ] {
            stage.apply(Int64(units), Int32(product), Int32(warehouse))
        }
        stage.commit()
        try await ServedStage.open(stage) { site in
            try await Self.browse(site, "small") {
                // The next delivery, and one sold that was not there, while the browser watches.
                stage.apply(100, 2, 1)
                stage.apply(-6, 1, 1)
                stage.commit()
            }
        }
    }

    @Test("stays quick with 10,000 products: it draws the rows that can be seen")
    func large() async throws {
        let stage = Stage(.shop(products: 10_000, warehouses: 10))
        stage.fill(10_000, 10)
        try await ServedStage.open(stage) { site in try await Self.browse(site, "large") }
    }

    @Test("asks for the token, and shows nothing before it has it")
    func token() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage, { $0.token = "0123456789abcdef" }) { site in
            try await Self.browse(site, "token")
        }
    }

    @Test("says so when the daemon is no longer heard")
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
