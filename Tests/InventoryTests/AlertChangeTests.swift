import Testing

@testable import Inventory

@Suite struct AlertChangeTests {
    @Test("an alert is raised, escalates, eases and is resolved")
    func lifecycle() {
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

    /// What the changes say when stock takes each of these values, with a commit after each.
    private func told(_ stocks: [Int64], _ outputs: Aggregate.Outputs = .init()) -> [String] {
        let store = Store(outputs: outputs)
        var stock: Int64 = 0
        return stocks.flatMap { next in
            store.apply(next - stock)
            stock = next
            return store.commit().map { change in
                let before = change.previousSeverity.map {
                    "\($0.name) \(change.previousOversoldUnits ?? 77)"
                }
                #expect((change.previousSeverity == nil) == (change.previousOversoldUnits == nil))
                #expect(change.severity == change.row?.severity)
                return "\(change.kind.name) \(before ?? "-") -> \(change.severity?.name ?? "-")"
            }
        }
    }

    @Test("an alert escalates when stock falls below zero and eases when it comes back")
    func belowZero() {
        #expect(
            told([0, -5, 0]) == [
                "RAISED - -> OUT_OF_STOCK", "ESCALATED OUT_OF_STOCK 0 -> CRITICAL",
                "EASED CRITICAL 5 -> OUT_OF_STOCK",
            ])
        #expect(
            told([3, -5, 3], .init(emit: .severity)) == [
                "RAISED - -> CRITICAL", "ESCALATED CRITICAL 0 -> CRITICAL", "EASED CRITICAL 5 -> CRITICAL",
            ])
        #expect(told([-5, 500]) == ["RAISED - -> CRITICAL", "RESOLVED CRITICAL 5 -> -"])
    }

    @Test("more oversold units keep the level, and the previous units are those last published")
    func oversoldUnits() {
        #expect(told([-5, -8, -2, 40]) == ["RAISED - -> CRITICAL", "EASED CRITICAL 5 -> LOW"])
        #expect(
            told([-5, -8, -8, -2, 40], .init(emit: .row)) == [
                "RAISED - -> CRITICAL", "UPDATED CRITICAL 5 -> CRITICAL", "UPDATED CRITICAL 8 -> CRITICAL",
                "EASED CRITICAL 2 -> LOW",
            ])
    }

    @Test("the least possible stock reports its oversold units exactly")
    func leastStock() {
        let store = Store()
        store.apply(.min)
        #expect(store.commit().map(\.level) == [.oversold])
        store.apply(.max)
        store.apply(1)
        let change = store.commit().first
        #expect(change?.kind == .eased && change?.previousOversoldUnits == 1 << 63)
    }

    @Test("stock that falls below zero and comes back within a commit sends nothing")
    func dipBelowZero() {
        for start in [0, 3, -5, 500] as [Int64] {
            let store = Store()
            store.apply(start)
            store.commit()
            let before = store.state.published
            for units in [-9, -600, 600, 9] as [Int64] { store.apply(units) }
            #expect(store.commit().isEmpty, "from \(start)")
            #expect(store.state.published == before)
        }
    }

    @Test("reference data that makes negative stock alert raises it as oversold")
    func oversoldByReferenceData() {
        let store = Store(.oneProduct(threshold: nil))
        store.apply(-4)
        #expect(store.commit().isEmpty)
        store.adopt([.numbered(1, threshold: -4)])
        #expect(store.commit().isEmpty, "the stock is not below this threshold")
        store.adopt([.numbered(1, threshold: 0)])
        let raised = store.commit().first
        #expect(raised?.level == .oversold && raised?.kind == .raised && raised?.source == nil)
        store.adopt([.numbered(1, threshold: 100)])
        #expect(store.commit().isEmpty, "the level is the same under a threshold that is higher")
    }

    @Test("changes within a commit net out")
    func netting() {
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

    @Test("a change that keeps the severity sends nothing")
    func sameSeverity() {
        let store = Store()
        store.apply(60)
        #expect(store.commit().count == 1)
        store.apply(5)
        #expect(store.commit().isEmpty)
    }

    @Test("consolidating again sends only what changed in between")
    func consolidatingAgain() {
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

    @Test("each raise starts a new incident, which keeps its since")
    func incidents() {
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

    @Test("an alert's since is the row's time, not that of the event that raised it")
    func sinceIsRowTime() {
        let store = Store()
        store.apply(500, time: 900)
        store.apply(-450, time: 100)
        #expect(store.commit().first?.since == Timestamp(microseconds: 900))
    }

    @Test("an alert's source is the newest event that changed its row")
    func newestSource() {
        let store = Store(inputs: 2)
        store.apply(10, id: 1)
        store.apply(10, at: Pair(1, 2), id: 2)
        store.apply(10, id: 3, input: 1)
        store.apply(10, id: 3, input: 1)
        let sources = store.commit().map(\.source)
        #expect(
            sources == [
                Source(partition: Partition(1), offset: Offset(2)),
                Source(partition: Partition(0), offset: Offset(1)),
            ])
    }

    @Test("an alert change that reference data caused has no source")
    func noSource() {
        let store = Store()
        store.apply(60)
        store.commit()
        store.adopt([.numbered(1, threshold: 200)], [.numbered(1)])
        let change = store.commit().first
        #expect(change?.kind == .escalated)
        #expect(change?.source == nil)
        #expect(change?.row?.product.reorderThreshold == 200)
    }

    @Test("removing a threshold resolves its alert, and setting it again raises a new incident")
    func thresholdRemoved() {
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

    @Test("deleting a product or a warehouse resolves its alerts")
    func referenceRowDeleted() {
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

    @Test("reference data that goes and comes back between commits sends nothing")
    func referenceRowReturns() {
        let store = Store()
        store.apply(60)
        store.commit()
        store.adopt([])
        store.adopt([.numbered(1, threshold: 100)])
        #expect(store.commit().isEmpty)
        store.adopt([.numbered(1, name: "renamed", threshold: 100)])
        #expect(store.commit().isEmpty, "a name is not part of emit: severity")
    }

    @Test("an error while publishing is rethrown, and a rollback undoes the transaction")
    func publishingFails() {
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
