import Testing

@testable import Inventory

@Suite struct ShownTests {
    /// `count` products in one warehouse, with 100 units each.
    private static func filled(_ count: Int32) -> Store {
        let products = (1...count).map { Product.numbered($0, threshold: 10) }
        let store = Store(Catalog(products: products, warehouses: [.numbered(1)]))
        for product in 1...count { store.apply(100, at: Pair(product, 1)) }
        store.commit()
        return store
    }

    @Test("a commit replaces the chunks whose entries it touched, and no others")
    func touchedChunks() {
        let store = Self.filled(600)
        var chunks: [ShownChunk] = []
        store.aggregate.refreshShown(&chunks)
        #expect(chunks.map(\.entries.count) == [256, 256, 88])
        let before = chunks
        store.apply(-95, at: Pair(300, 1))
        store.commit()
        store.aggregate.refreshShown(&chunks)
        #expect(zip(before, chunks).map { $0 === $1 } == [true, false, true])
        let entry = chunks[1].entries[43]
        #expect(entry.pair == Pair(300, 1) && entry.stock == 5 && entry.level == .low)
        #expect(entry.incident == 1)
        #expect(before[1].entries[43].stock == 100, "what a reader holds does not change")
        store.aggregate.refreshShown(&chunks)
        #expect(chunks[1].entries[43] == entry)
    }

    @Test("a change that was rolled back is never shown")
    func rolledBack() {
        let store = Self.filled(2)
        var chunks: [ShownChunk] = []
        store.aggregate.refreshShown(&chunks)
        store.apply(-95, at: Pair(1, 1))
        store.apply(7, at: Pair(2, 9))
        _ = store.consolidate()
        store.aggregate.rollback()
        store.aggregate.refreshShown(&chunks)
        #expect(chunks.flatMap(\.entries).filter(\.isVisible).map(\.stock) == [100, 100])
    }

    @Test("changed reference data changes the shown rows and alerts")
    func referenceData() {
        let store = Self.filled(2)
        var chunks: [ShownChunk] = []
        store.aggregate.refreshShown(&chunks)
        #expect(chunks[0].tally.rows == 2 && chunks[0].tally.alerts == 0)
        store.adopt([.numbered(1, threshold: 1_000)])
        store.commit()
        store.aggregate.refreshShown(&chunks)
        #expect(chunks[0].tally.rows == 1)
        #expect(chunks[0].tally[.critical] == 1)
    }

    @Test("a tally counts each alert once, oversold ones as a level of their own")
    func tallies() {
        let store = Self.filled(300)
        for (place, stock) in [(1, -5), (2, -1), (3, 0), (4, 2), (290, -9), (291, 9), (292, 4)] {
            store.apply(Int64(stock) - 100, at: Pair(Int32(place), 1))
        }
        store.commit()
        var chunks: [ShownChunk] = []
        store.aggregate.refreshShown(&chunks)
        let tally = chunks.reduce(ShownTally()) { $0 + $1.tally }
        #expect(AlertLevel.allCases.map { tally[$0] } == [1, 1, 1, 1, 3])
        #expect(tally.alerts == 7 && tally.rows == 300)
    }

    @Test("chunks that are refreshed equal chunks copied from scratch", arguments: 0..<40 as Range<UInt64>)
    func randomTransactions(seed: UInt64) {
        var history = History(seed: seed, window: 1 << 20)
        let store = Store(.oneProduct(threshold: 100), window: 1 << 20, inputs: 2)
        var chunks: [ShownChunk] = []
        for round in 0..<40 {
            let transaction = history.transaction()
            if let catalog = transaction.catalog { store.aggregate.adopt(catalog) }
            for step in transaction.steps {
                _ = store.aggregate.apply(step.event, input: step.input, source: step.source)
            }
            _ = store.consolidate()
            if round % 5 == 4 {
                store.aggregate.rollback()
                continue
            }
            store.aggregate.commit()
            store.aggregate.refreshShown(&chunks)
            var anew: [ShownChunk] = []
            store.aggregate.touchedChunks = nil
            store.aggregate.refreshShown(&anew)
            // The table keeps pairs that were rolled back, but shows no row for them.
            #expect(
                chunks.flatMap(\.entries).filter(\.isVisible) == anew.flatMap(\.entries).filter(\.isVisible))
        }
    }
}
