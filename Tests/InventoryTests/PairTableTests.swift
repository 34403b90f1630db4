import Testing

@testable import Inventory

@Suite struct PairTableTests {
    @Test("every pair is found again, however large the table grows")
    func growing() {
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

    @Test("entries restored out of order are found once the index is rebuilt")
    func restoring() {
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

    @Test(
        "entries that a checkpoint lacks neither slow the rebuild of the index nor hide a pair",
        .timeLimit(.minutes(1)))
    func gaps() {
        var table = PairTable()
        table.restore(StockEntry(pair: 0, events: 1), at: 1_000_000)
        table.rebuildIndex()
        let found = table.find(0)
        #expect(found == 1_000_000)
    }

    @Test("an aggregate of many pairs keeps an entry for each")
    func manyPairs() {
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

    @Test("lookups start all over the index, so they stay short")
    func lookups() {
        var table = PairTable()
        for product in UInt64(0)..<2_000 {
            for warehouse in UInt64(0)..<10 { _ = table.insert(StockEntry(pair: product << 32 | warehouse)) }
        }
        var beginnings: Set<UInt64> = []
        for index in 0..<table.count { beginnings.insert(table.touchIndex(table.entries[index].pair)) }
        // With three quarters of the slots taken, random lookups start at 70 % as many slots as there are pairs.
        let (found, count) = (beginnings.count, table.count)
        #expect(found > count * 6 / 10)
    }

    @Test("an entry's details keep its flags and its published alert apart")
    func details() {
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

    @Test("a stock entry takes 32 bytes and its details take 12")
    func bytesPerEntry() {
        #expect(MemoryLayout<StockEntry>.stride == 32)
        #expect(MemoryLayout<EntryDetail>.stride == 12)
    }
}
