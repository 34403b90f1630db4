import TestSupport
import Testing

@testable import Inventory

@Suite struct RowTableTests {
    @Test("a table holds what a dictionary would, and names what changed since any older copy")
    func randomChanges() {
        var random = SeededRandom(seed: 5)
        var table = Catalog.Products()
        var model: [ProductID: Product] = [:]
        var copies = [(table, model)]
        for round in 0..<4_000 {
            let id = ProductID(Int32(random.below(1_500)) - 700)
            let row = random.chance(4) ? nil : random.product(id)
            table[id] = row
            model[id] = row
            if round % 500 == 0 { copies.append((table, model)) }
            #expect(table[id] == row)
        }
        check(table, model)
        for (old, oldModel) in copies {
            check(old, oldModel)
            let changed = Set(oldModel.keys).union(model.keys).filter { oldModel[$0] != model[$0] }
            #expect(Set(table.changes(since: old)) == changed)
            #expect(Set(old.changes(since: table)) == changed)
        }
        #expect(table.changes(since: table).isEmpty)
    }

    @Test("a table made of many rows at once equals one made row by row")
    func manyRows() {
        var random = SeededRandom(seed: 6)
        let rows = (0..<3_000).map { _ in random.product(ProductID(Int32(random.below(2_000)))) }
        let table = Catalog.Products(rows)
        var single = Catalog.Products()
        for row in rows { single[row.id] = row }
        #expect(table == single)
        check(table, Dictionary(rows.map { ($0.id, $0) }) { $1 })
        single[rows[0].id] = nil
        #expect(table != single)
    }

    private func check(_ table: Catalog.Products, _ model: [ProductID: Product]) {
        #expect(table.count == model.count)
        #expect(Set(table.ids) == Set(model.keys))
        #expect(table.values.count == model.count)
        for row in table.values { #expect(row == model[row.id]) }
        for row in model.values { #expect(table[row.id] == row) }
    }
}

extension SeededRandom {
    /// A product that often has the texts of others, and sometimes a column's extreme values.
    mutating func product(_ id: ProductID) -> Product {
        let texts: [Text] = [
            "", "Cable", "Kabel 'ß'", "\u{1F50C}", Text(String(repeating: "long ", count: 40)),
        ]
        let numbers: [Int128] = [0, -1, 7999, 63, 64, -64, -65, .max, .min]
        return Product(
            id: id, name: pick(texts), category: chance(3) ? "\(below(1_000))" : pick(texts),
            reorderThreshold: pick([nil, 0, 60, -1, .min, .max, Int32(below(100_000))]),
            unitPrice: chance(2) ? nil : ExactDecimal(unscaled: pick(numbers), scale: below(39)))
    }
}
