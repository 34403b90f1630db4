import Foundation
import Inventory
import TestSupport
import Testing
import Wire

@testable import Web

/// Requests where the ids are texts.
@Suite("Ids that are texts")
struct TextIDTests {
    static let ids = IDs(product: .text, warehouse: .text)
    static let warehouses = ["us-east", "us-east ", "US-EAST"]

    private static func number(_ text: String) -> Int32 {
        Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1
    }

    /// Each text is a product in three warehouses.
    private static func stage() -> Stage {
        let texts = IDTexts.awkward.shuffled()
        let catalog = Catalog(
            products: texts.map {
                Product(id: ProductID(number($0)), name: "Product", category: "C", reorderThreshold: 40)
            },
            warehouses: warehouses.map { Warehouse(id: WarehouseID(number($0)), name: "House", region: "R") })
        let stage = Stage(catalog, ids: ids)
        for text in texts { for warehouse in warehouses { stage.apply(7, number(text), number(warehouse)) } }
        stage.commit()
        return stage
    }

    private static func query(_ text: String) throws -> RowQuery {
        try RowQuery(.currentStockLevels, try Parameters(query: text[...]), ids)
    }

    /// Each byte in percent-encoding.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The bytes of a row's ids: a String would take two normalisations for one.
    private static func bytes(_ pair: Pair) -> [[UInt8]] {
        [ids.text(pair.product).map(Array.init) ?? [], ids.text(pair.warehouse).map(Array.init) ?? []]
    }

    private static func precede(_ a: [[UInt8]], _ b: [[UInt8]]) -> Bool {
        a[0] == b[0] ? a[1].lexicographicallyPrecedes(b[1]) : a[0].lexicographicallyPrecedes(b[0])
    }

    @Test("Rows are in the order of the texts' bytes, whatever their numbers.")
    func order() throws {
        let rows = Self.stage().model.stockPage(try Self.query("limit=10000")).rows.map { Self.bytes($0.row.pair) }
        #expect(rows.count == IDTexts.awkward.count * 3)
        #expect(rows == rows.sorted(by: Self.precede))
    }

    @Test(
        "Pages of any size give each row once and in order, whatever the texts hold.",
        arguments: ["", "sort=product_id", "sort=-product_id", "sort=-warehouse_id", "sort=product_name"], [1, 7])
    func paging(sort: String, limit: Int) throws {
        let model = Self.stage().model
        let whole = model.stockPage(try Self.query(sort + "&limit=10000")).rows.map(\.row.pair)
        var pages: [Pair] = []
        var cursor: String?
        repeat {
            let next = try Self.query(sort + "&limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? ""))
            let page = model.stockPage(next)
            pages += page.rows.map(\.row.pair)
            cursor = page.next?.written(for: next.identity)
        } while cursor != nil && pages.count <= whole.count
        #expect(pages == whole)
    }

    @Test("A filter finds the rows of exactly its text, and a comma belongs to the text.")
    func filters() throws {
        let model = Self.stage().model
        func rows(_ text: String) throws -> [Pair] { model.stockPage(try Self.query(text)).rows.map(\.row.pair) }
        for text in IDTexts.awkward {
            let found = try rows("product_id=\(Self.escaped(text))")
            #expect(found.map { Self.bytes($0)[0] } == Array(repeating: Array(text.utf8), count: 3), "\(text)")
        }
        #expect(try rows("product_id=a,b").count == 3)
        #expect(try rows("product_id=SKU-1&product_id=A&warehouse_id=us-east").count == 2)
        #expect(try rows("product_id=unknown").isEmpty)
        #expect(throws: Problem.self) { try Self.query("product_id=") }
    }

    @Test("A product's address is its text in percent-encoding.")
    func addresses() async throws {
        try await ServedStage.open(Self.stage()) { site in
            for text in IDTexts.awkward {
                let reply = try await site.get("/v1/products/\(Self.escaped(text))")
                #expect(reply.status == 200, "\(text)")
                let id = (reply.json["product"] as? [String: Any])?["product_id"] as? String
                #expect(id.map { Array($0.utf8) } == Array(text.utf8), "\(text)")
            }
            for path in ["unknown", "us-east", "a/b", "SKU-1%00", "%ff", "%zz", ""] {
                #expect(try await site.get("/v1/products/\(path)").status == 404, "\(path)")
            }
            let csv = try await site.get("/v1/stock.csv?product_id=a%22b&warehouse_id=us-east")
            #expect(csv.body.contains("\"a\"\"b\",Product,C,us-east,House,7,40,"), "\(csv.body)")
        }
    }
}
