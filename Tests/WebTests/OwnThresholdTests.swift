import Foundation
import Inventory
import Testing

@testable import Web

@Suite("Thresholds of one product in one warehouse")
struct OwnThresholdTests {
    private static func own(_ warehouse: Int32, _ threshold: Int32?) -> PairThreshold {
        PairThreshold(id: Pair(product: ProductID(1), warehouse: WarehouseID(warehouse)), reorderThreshold: threshold)
    }

    @Test("views, filters, order, one product, transfers and matrix show and use a pair's own threshold")
    func everywhere() async throws {
        let shop = Catalog.shop(products: 1, warehouses: 4)
        let product = try #require(shop.products[ProductID(1)])
        let threshold = try #require(product.reorderThreshold)
        let stage = Stage(
            Catalog(
                products: shop.products, warehouses: shop.warehouses,
                thresholds: Catalog.Thresholds([Self.own(1, threshold + 80), Self.own(2, nil), Self.own(3, 5)])))
        for (warehouse, stock) in [(1, threshold + 20), (2, 0), (3, 105), (4, threshold)] as [(Int32, Int32)] {
            stage.apply(Int64(stock), 1, warehouse)
        }
        stage.commit()
        try await ServedStage.open(stage) { site in
            let stock = try await site.get("/v1/stock?sort=-reorder_threshold").rows
            #expect(stock.map { $0["warehouse_id"] as? Int } == [1, 4, 3, 2])
            #expect(stock.map { $0["reorder_threshold"] as? Int32 } == [threshold + 80, threshold, 5, nil])
            let alerts = try await site.get("/v1/alerts").rows
            #expect(alerts.map { $0["warehouse_id"] as? Int } == [1])
            #expect(alerts.first?["units_below_threshold"] as? Int == 60)
            let answer = try await site.get("/v1/products/1").json
            #expect((answer["rollup"] as? [String: Any])?["reorder_threshold"] as? Int32 == threshold)
            let transfers = try #require(answer["transfers"] as? [[String: Any]])
            #expect(transfers.map { $0["from_warehouse_id"] as? Int } == [3])
            #expect(transfers.map { $0["units"] as? Int } == [60])
            let matrix = try await site.get("/v1/matrix").body
            #expect(matrix.contains(",[1,\(threshold + 80),2,null,3,5]]"))
        }
    }
}
