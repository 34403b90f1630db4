import Testing

@testable import Inventory

@Suite struct RollbackTests {
    static let outputs = [
        Aggregate.Outputs(), .init(emit: .row),
        .init(emit: .row, stockLevels: true, rollup: true),
    ]

    @Test("a rollback restores stock, time, remembered ids and the published alert")
    func everyPart() {
        let store = Store(window: 10, outputs: Self.outputs[2])
        store.apply(60, id: 1, time: 1)
        store.commit()
        let before = store.state
        store.apply(-60, id: 100_000, time: 2)
        store.apply(5, at: Pair(1, 2), id: 100_001)
        #expect(store.consolidate().count == 5)
        store.aggregate.rollback()
        #expect(store.state == before)
        #expect(store.apply(1, id: 1) == .duplicate)
        #expect(store.apply(-60, id: 100_000) == .applied)
    }

    @Test("a rollback restores the published oversold units")
    func oversoldUnits() {
        for outputs in Self.outputs {
            for next in [3, 0, -8, 500] as [Int64] {
                let store = Store(outputs: outputs)
                store.apply(-5)
                store.commit()
                let before = store.state
                #expect(before.published.values.map(\.oversoldUnits) == [5])
                store.apply(next + 5)
                _ = store.consolidate()
                store.apply(-400)
                _ = store.consolidate()
                store.aggregate.rollback()
                #expect(store.state == before, "after \(next)")
                store.apply(5)
                #expect(store.commit().map(\.previousOversoldUnits) == [5])
            }
        }
    }

    @Test("a rollback without a transaction changes nothing")
    func noTransaction() {
        let store = Store()
        store.aggregate.rollback()
        store.apply(60)
        store.commit()
        let before = store.state
        store.aggregate.rollback()
        store.aggregate.rollback()
        #expect(store.state == before)
    }

    @Test("ids forgotten in a transaction are remembered again after its rollback")
    func forgottenIDs() {
        let store = Store(window: 1)
        store.apply(1, id: 5)
        store.commit()
        let before = store.state
        for id in [6, 4096, 8192, 12_288, 16_384] as [Int64] { store.apply(1, id: id) }
        store.aggregate.rollback()
        #expect(store.state == before)
        #expect(store.apply(1, id: 5) == .duplicate)
        #expect(store.apply(1, id: 6) == .applied)
    }

    @Test("reference data adopted before a transaction outlives its rollback")
    func adoptedReferenceData() {
        let store = Store()
        store.apply(60)
        store.commit()
        store.adopt([])
        store.apply(1)
        #expect(store.consolidate().count == 1)
        store.aggregate.rollback()
        #expect(store.commit().map(\.kind) == [.resolved])
    }

    @Test("after a rollback everything is as if the transaction had never run", arguments: [0, 1, 10, 70, 9000])
    func randomTransactions(window: Int) {
        for seed in UInt64(1)...12 {
            let outputs = Self.outputs[Int(seed) % 3]
            var history = History(seed: seed, window: window)
            let start = history.catalog()
            let store = Store(start, window: window, inputs: 2, outputs: outputs)
            var kept: [Transaction] = []
            var adopted: Catalog?
            for _ in 0..<25 {
                var transaction = history.transaction()
                let outcomes = store.run(transaction)
                let changes = history.random.chance(4) ? [] : store.consolidate()
                if changes.isEmpty || history.random.chance(2) {
                    store.aggregate.rollback()
                    adopted = transaction.catalog ?? adopted
                    let replayed = Self.replay(kept, start, window, outputs)
                    if let adopted { replayed.aggregate.adopt(adopted) }
                    #expect(store.state == replayed.state, "seed \(seed)")
                } else {
                    transaction.catalog = transaction.catalog ?? adopted
                    adopted = nil
                    let replayed = Self.replay(kept, start, window, outputs)
                    #expect(replayed.run(transaction) == outcomes, "seed \(seed)")
                    let again = replayed.summary(replayed.consolidate())
                    #expect(again == store.summary(changes), "seed \(seed)")
                    store.aggregate.commit()
                    kept.append(transaction)
                }
            }
        }
    }

    private static func replay(
        _ transactions: [Transaction], _ start: Catalog, _ window: Int, _ outputs: Aggregate.Outputs
    ) -> Store {
        let store = Store(start, window: window, inputs: 2, outputs: outputs)
        for transaction in transactions {
            _ = store.run(transaction)
            store.commit()
        }
        return store
    }
}

extension Store {
    /// The changes, sorted: a replay may create the entries in another order.
    func summary(_ changes: [OutputChange]) -> [String] { changes.map { "\($0)" }.sorted() }
}
