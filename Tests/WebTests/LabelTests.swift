import Foundation
import Inventory
import Testing

@testable import Web

@Suite("Rows without names")
struct LabelTests {
    /// One product and one warehouse that have no labels at all.
    private static let catalog = Catalog(
        products: [Product(id: ProductID(1), name: "", category: "", reorderThreshold: 40)],
        warehouses: [Warehouse(id: WarehouseID(2), name: "", region: "")])

    @Test("A row without labels alerts like any other, and its labels are null in JSON and empty in CSV.")
    func labels() async throws {
        let stage = Stage(Self.catalog)
        stage.apply(10, 1, 2)
        stage.commit()
        try await ServedStage.open(stage) { site in
            for view in ["stock", "alerts"] {
                let row = try #require(try await site.get("/v1/\(view)").rows.first)
                for label in ["product_name", "category", "warehouse_name"] {
                    #expect(row[label] is NSNull, "\(label)")
                }
            }
            let csv = try await site.get("/v1/alerts.csv").body.split(separator: "\n")
            #expect(csv.last?.hasPrefix("1,,,2,,10,40,") == true)
            #expect(try await site.get("/v1/alerts?category=").rows.count == 1)
            #expect(try await site.get("/v1/stock?sort=-product_name").rows.count == 1)
            let matrix = try await site.get("/v1/matrix").body
            #expect(matrix.contains("[2,null,null]") && matrix.contains("[1,null,null,40,[2,10],[]]"))
            let product = try await site.get("/v1/products/1").json["product"] as? [String: Any]
            #expect(product?["product_name"] is NSNull && product?["category"] is NSNull)
        }
    }
}
