import Testing

@testable import Inventory

@Suite struct AlertChangeTests {
    @Test func `an alert is raised, escalates, eases and is resolved`() {
        let store = Store()
        var kinds: [ChangeKind] = []
        var severities: [Severity?] = []
        for units in [80, -40, -20, -20, 30, 30, 100] as [Int64] {
            store.apply(units)
            for change in store.commit() {
                #expect(change.previousSeverity == severities.last ?? nil)
                kinds.append(change.kind)
                severities.append(change.severity)
            }
        }
        #expect(kinds == [.raised, .escalated, .escalated, .escalated, .eased, .eased, .resolved])
        #expect(severities == [.warning, .low, .critical, .outOfStock, .low, .warning, nil])
    }

    @Test func `selling more than there is eases out of stock to critical`() {
        let store = Store()
        store.apply(0)
        #expect(store.commit().map(\.severity) == [.outOfStock])
        store.apply(-3)
        let change = store.commit().first
        #expect(change?.kind == .eased)
        #expect(change?.severity == .critical)
        #expect(change?.row?.oversoldUnits == 3)
    }

    @Test func `changes inside a commit net out`() {
        let store = Store()
        store.apply(10)
        store.apply(1000)
        #expect(store.commit().isEmpty)
        store.apply(-1000)
        store.apply(1000)
        #expect(store.commit().isEmpty)
        store.apply(-960)
        store.apply(-30)
        #expect(store.commit().map(\.kind) == [.raised])
        store.apply(1000)
        store.apply(-1000)
        #expect(store.commit().isEmpty)
    }

    @Test func `the same severity sends nothing`() {
        let store = Store()
        store.apply(60)
        #expect(store.commit().count == 1)
        store.apply(5)
        #expect(store.commit().isEmpty)
    }

    @Test func `consolidating again gives out only what changed in between`() {
        let store = Store()
        store.apply(60)
        #expect(store.consolidate().count == 1)
        #expect(store.consolidate().isEmpty)
        store.apply(-20)
        let changes = store.consolidate().compactMap(\.alert)
        #expect(changes.map(\.kind) == [.escalated])
        store.aggregate.commit()
        #expect(store.consolidate().isEmpty)
    }

    @Test func `the incident goes up at each raise and since stays with it`() {
        let store = Store()
        let steps: [(units: Int64, time: Int64)] = [(60, 10), (-50, 20), (100, 30), (-50, 40), (-20, 50)]
        var changes: [AlertChange] = []
        for step in steps {
            store.apply(step.units, time: step.time)
            changes += store.commit()
        }
        #expect(changes.map(\.kind) == [.raised, .escalated, .resolved, .raised, .escalated])
        #expect(changes.map(\.incident) == [1, 1, 1, 2, 2])
        #expect(changes.map(\.since.microseconds) == [10, 10, 10, 40, 40])
    }

    @Test func `since is the row's time, not that of the event that raised it`() {
        let store = Store()
        store.apply(500, time: 900)
        store.apply(-450, time: 100)
        #expect(store.commit().first?.since == Timestamp(microseconds: 900))
    }

    @Test func `the source is the newest event that shaped the row`() {
        let store = Store(lanes: 2)
        store.apply(10, id: 1)
        store.apply(10, at: Pair(1, 2), id: 2)
        store.apply(10, id: 3, lane: 1)
        store.apply(10, id: 3, lane: 1)
        let sources = store.commit().map(\.source)
        #expect(
            sources == [
                Source(partition: Partition(1), offset: Offset(2)),
                Source(partition: Partition(0), offset: Offset(1)),
            ])
    }

    @Test func `a change that reference data made has no source`() {
        let store = Store()
        store.apply(60)
        store.commit()
        store.adopt([.numbered(1, threshold: 200)], [.numbered(1)])
        let change = store.commit().first
        #expect(change?.kind == .escalated)
        #expect(change?.source == nil)
        #expect(change?.row?.product.reorderThreshold == 200)
    }

    @Test func `a threshold taken away resolves, and one given back raises anew`() {
        let store = Store()
        store.apply(60, time: 5)
        store.commit()
        store.adopt([.numbered(1, threshold: nil)])
        let resolved = store.commit().first
        #expect(resolved?.kind == .resolved)
        #expect(resolved?.row?.currentStock == 60)
        #expect(resolved?.row?.product.reorderThreshold == nil)
        store.adopt([.numbered(1, threshold: 100)])
        #expect(store.commit().map(\.incident) == [2])
    }

    @Test func `a product or a warehouse deleted resolves its alerts`() {
        for deleteProduct in [true, false] {
            let store = Store()
            store.apply(60)
            store.commit()
            let product = Product.numbered(1, threshold: 100)
            store.adopt(deleteProduct ? [] : [product], deleteProduct ? [.numbered(1)] : [])
            let change = store.commit().first
            #expect(change?.kind == .resolved)
            #expect(change?.row == nil)
            #expect(change?.previousSeverity == .warning)
            #expect(store.stock.isEmpty)
            #expect(store.rollup.isEmpty)
            store.apply(-60)
            store.adoptAfterCommit([.numbered(1, threshold: 100)])
            #expect(store.commit().map(\.severity) == [.outOfStock])
        }
    }

    @Test func `reference data that goes and comes back between commits sends nothing`() {
        let store = Store()
        store.apply(60)
        store.commit()
        store.adopt([])
        store.adopt([.numbered(1, threshold: 100)])
        #expect(store.commit().isEmpty)
        store.adopt([.numbered(1, name: "renamed", threshold: 100)])
        #expect(store.commit().isEmpty, "a name is not part of emit: severity")
    }

    @Test func `an error while publishing is passed on and a rollback takes all back`() {
        struct Full: Error {}
        let store = Store()
        for warehouse in Int32(1)...3 { store.apply(10, at: Pair(1, warehouse)) }
        var sent = 0
        #expect(throws: Full.self) {
            try store.aggregate.consolidate { _ throws(Full) in
                if sent == 2 { throw Full() }
                sent += 1
            }
        }
        store.aggregate.rollback()
        #expect(store.state == Store().state)
        for warehouse in Int32(1)...3 { store.apply(10, at: Pair(1, warehouse)) }
        #expect(store.commit().map(\.incident) == [1, 1, 1])
    }
}

extension Store {
    fileprivate func adoptAfterCommit(_ products: [Product]) {
        #expect(commit().isEmpty)
        adopt(products)
    }
}
