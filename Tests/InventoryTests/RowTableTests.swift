import TestSupport
import Testing

@testable import Inventory

@Suite struct RowTableTests {
    @Test func `a table is what a dictionary would be, and names what changed since any older copy`() {
        var random = SeededRandom(seed: 5)
        var table = Catalog.Products()
        var model: [ProductID: Product] = [:]
        var copies = [(table, model)]
        for round in 0..<4_000 {
            let id = ProductID(Int32(random.below(1_500)) - 700)
            let threshold = Int32(random.below(3))
            let row = random.chance(4) ? nil : Product.numbered(id.rawValue, threshold: threshold)
            table[id] = row
            model[id] = row
            if round % 500 == 0 { copies.append((table, model)) }
            #expect(table[id] == row)
        }
        #expect(table.count == model.count)
        #expect(Set(table.values.map(\.id)) == Set(model.keys))
        for (old, oldModel) in copies {
            let changed = Set(oldModel.keys).union(model.keys).filter { oldModel[$0] != model[$0] }
            #expect(Set(table.changes(since: old)) == changed)
        }
        #expect(table.changes(since: table).isEmpty)
    }
}
