import Testing

@testable import Inventory

@Suite struct PairTableTests {
    @Test func `every pair is found again however large the table grows`() {
        var table = PairTable()
        var missing = 0
        let pairs = (0..<20_000).map { UInt64(bitPattern: Int64($0)) &* 0x1_0000_0001 }
        for (index, pair) in pairs.enumerated() {
            if table.find(pair) != nil { missing += 1 }
            if table.insert(StockEntry(pair: pair)) != UInt32(index) { missing += 1 }
        }
        for (index, pair) in pairs.enumerated() where table.find(pair) != UInt32(index) { missing += 1 }
        let (count, unknown) = (table.count, table.find(.max))
        #expect(missing == 0)
        #expect(count == pairs.count)
        #expect(unknown == nil)
    }

    @Test func `entries restored out of order are found once the index is rebuilt`() {
        var table = PairTable()
        for index in (0..<5000).reversed() { table.restore(StockEntry(pair: UInt64(index) << 32), at: index) }
        table.rebuildIndex()
        var wrong = 0
        for index in 0..<5000 where table.find(UInt64(index) << 32) != UInt32(index) { wrong += 1 }
        let next = table.insert(StockEntry(pair: 7))
        let found = table.find(7)
        #expect(wrong == 0)
        #expect(next == 5000)
        #expect(found == 5000)
    }

    @Test(.timeLimit(.minutes(1)))
    func `entries that a checkpoint lacks cost nothing when the index is rebuilt, and hide no pair`() {
        var table = PairTable()
        table.restore(StockEntry(pair: 0, events: 1), at: 1_000_000)
        table.rebuildIndex()
        let found = table.find(0)
        #expect(found == 1_000_000)
    }

    @Test func `an aggregate of many pairs keeps a place for each`() {
        let products = (0..<200).map { Product.numbered($0, threshold: 10) }
        let store = Store(Catalog(products: products, warehouses: (0..<50).map { .numbered($0) }))
        for product in Int32(0)..<200 {
            for warehouse in Int32(0)..<50 { store.apply(Int64(product), at: Pair(product, warehouse)) }
        }
        #expect(store.pairCount == 10_000)
        #expect(store.commit().count == 500)
        #expect(store.rollup.count == 200)
        #expect(store.rollup.values.allSatisfy { $0.totalStock == Int128($0.product.id.rawValue) * 50 })
        let first = store.aggregate.pair(at: 0)
        let last = store.aggregate.pair(at: 9999)
        #expect(first == Pair(0, 0))
        #expect(last == Pair(199, 49))
    }

    @Test func `walks through the index begin all over it, so that they are short`() {
        var table = PairTable()
        for product in UInt64(0)..<2_000 {
            for warehouse in UInt64(0)..<10 { _ = table.insert(StockEntry(pair: product << 32 | warehouse)) }
        }
        var beginnings: Set<UInt64> = []
        for index in 0..<table.count { beginnings.insert(table.touchIndex(table.entries[index].pair)) }
        // With three quarters of the places taken, by chance 70 % are where no other's walk begins.
        let (found, count) = (beginnings.count, table.count)
        #expect(found > count * 6 / 10)
    }

    @Test func `a detail keeps its flags and its published alert apart`() {
        var detail = EntryDetail()
        #expect(detail.publishedIndex == StockEntry.none && detail.flags == [])
        detail.flags = [.known, .alertable]
        #expect(detail.publishedIndex == StockEntry.none)
        detail.publishedIndex = EntryDetail.noEntry - 1
        #expect(detail.flags == [.known, .alertable] && detail.publishedIndex == EntryDetail.noEntry - 1)
        detail.flags = .known
        #expect(detail.flags == .known && detail.publishedIndex == EntryDetail.noEntry - 1)
        detail.publishedIndex = 0
        #expect(detail.flags == .known && detail.publishedIndex == 0)
    }

    @Test func `an entry takes half a cache line, and with its details 44 bytes`() {
        #expect(MemoryLayout<StockEntry>.stride == 32)
        #expect(MemoryLayout<EntryDetail>.stride == 12)
    }
}
