import TestSupport
import Testing

@testable import Inventory

@Suite struct PackedRowsTests {
    @Test("a row that was handed out never changes, whatever happens to the table")
    func copies() {
        var random = SeededRandom(seed: 1)
        var rows = PackedRows<Product>()
        var given: [(now: Product, then: Product)] = []
        for _ in 0..<2_000 {
            let row = random.product(ProductID(Int32(random.below(40))))
            rows[row.id] = random.chance(5) ? nil : row
            if let kept = rows[row.id], random.chance(10) { given.append((kept, row)) }
        }
        #expect(given.count > 50)
        #expect(given.allSatisfy { $0.now == $0.then })
    }

    @Test("rows that change again and again take at most three times their bytes")
    func rewriting() {
        var rows = PackedRows<Product>()
        var sizes: Set<Int> = []
        for round in Int32(0)..<1_000 {
            for id in Int32(0)..<10 { rows[ProductID(id)] = .numbered(id, threshold: round % 50) }
            sizes.insert(rows.byteCount)
        }
        #expect(rows.count == 10)
        let fresh = PackedRows((0..<10).map { Product.numbered($0, threshold: 49) })
        #expect((sizes.max() ?? 0) <= 3 * fresh.byteCount)
    }

    @Test("rows share equal texts, and keep apart more texts than a byte can number")
    func sharedTexts() {
        let alike = PackedRows((0..<100).map { Product.numbered($0, name: "p", threshold: 1) })
        // Two bytes for the name and one each for the category, the threshold and the missing price.
        // The first row also holds the text of the category.
        #expect(alike.byteCount == 100 * 5 + 1 + "things".utf8.count)
        let products = (Int32(0)..<600).map { id in
            var product = Product.numbered(id, threshold: nil)
            product.category = "category \(id % 300)"
            return product
        }
        let rows = PackedRows(products)
        for product in products { #expect(rows[product.id] == product) }
    }

    @Test("a product like the tutorial's takes at most 40 bytes")
    func bytesPerProduct() {
        let rows = PackedRows(
            (0..<200).map {
                Product(
                    id: ProductID($0), name: "Product number \($0)", category: "Electronics",
                    reorderThreshold: 60, unitPrice: ExactDecimal(unscaled: 1299, scale: 2))
            })
        #expect(rows.byteCount / 200 + 8 <= 40)
    }
}
