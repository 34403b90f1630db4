import Testing

@testable import Inventory

@Suite struct OutputTests {
    @Test("emit: row sends every change of a column")
    func rowChanges() {
        let store = Store(outputs: .init(emit: .row))
        store.apply(60, time: 1)
        #expect(store.commit().map(\.kind) == [.raised])
        store.apply(5, time: 1)
        #expect(store.commit().map(\.kind) == [.updated])
        store.apply(0, time: 2)
        let change = store.commit().first
        #expect(change?.kind == .updated, "the time is a column")
        #expect(change?.severity == .warning)
        #expect(change?.previousSeverity == .warning)
        #expect(change?.incident == 1)
        store.apply(0, time: 1)
        #expect(store.commit().isEmpty, "an event that moves nothing and is not the newest changes no column")
    }

    @Test("emit: row sends the reference changes that show in the row, and no others")
    func rowReferenceChanges() {
        let store = Store(outputs: .init(emit: .row))
        store.apply(60)
        store.commit()
        store.adopt([.numbered(1, name: "renamed", threshold: 100)])
        let change = store.commit().first
        #expect(change?.kind == .updated)
        #expect(change?.row?.product.name == "renamed")
        store.adopt([.numbered(1, name: "renamed", threshold: 101)])
        #expect(store.commit().map(\.kind) == [.updated])
        store.adopt([.numbered(1, name: "renamed", threshold: 101)], [.numbered(1, name: "moved")])
        #expect(store.commit().map(\.kind) == [.updated])
        var product = Product.numbered(1, name: "renamed", threshold: 101)
        product.category = "other"
        store.adopt([product], [.numbered(1, name: "moved")])
        #expect(store.commit().map(\.kind) == [.updated])
        product.unitPrice = ExactDecimal(unscaled: 1, scale: 2)
        var warehouse = Warehouse.numbered(1, name: "moved")
        warehouse.region = "south"
        store.adopt([product], [warehouse])
        #expect(store.commit().isEmpty, "the price and the region are not columns of the view")
    }

    @Test("emit: row sends nothing for rows that do not alert")
    func rowWithoutAlert() {
        let store = Store(outputs: .init(emit: .row))
        store.apply(600)
        #expect(store.commit().isEmpty)
        store.apply(1)
        store.commit()
        store.adopt([.numbered(1, name: "renamed", threshold: 100)])
        #expect(store.commit().isEmpty)
    }

    @Test("a rebuild deletes a published rollup row whose events are gone")
    func rollupWithoutEvents() throws {
        let outputs = Aggregate.Outputs(rollup: true)
        let store = Store(outputs: outputs)
        store.apply(600)
        var topic = CompactedTopic()
        topic.publish(store.consolidate())
        #expect(topic.rollup.count == 1 && topic.alerts.isEmpty)
        let rebuilt = try #require(topic.restore(.oneProduct(threshold: 100), 1 << 20, outputs))
        rebuilt.aggregate.markEverythingPending()
        let changes = rebuilt.consolidate()
        guard case .rollup(_, nil, fingerprint: 0)? = changes.first, changes.count == 1 else {
            Issue.record("\(changes)")
            return
        }
    }

    @Test("a row that goes away and comes back the same sends nothing")
    func unchangedRow() {
        let outputs = Aggregate.Outputs(emit: .row, stockLevels: true, rollup: true)
        let store = Store(outputs: outputs)
        store.apply(60)
        #expect(store.consolidate().count == 3)
        store.aggregate.commit()
        store.apply(900)
        store.apply(-900)
        #expect(store.consolidate().isEmpty)
        store.aggregate.commit()
        store.adopt([])
        store.adopt([.numbered(1, threshold: 100)])
        #expect(store.consolidate().isEmpty)
    }

    @Test("the stock output upserts or deletes each row that changed")
    func stockOutput() {
        let store = Store(outputs: .init(stockLevels: true))
        store.apply(600)
        store.apply(700, at: Pair(1, 2))
        store.apply(700, at: Pair(2, 2))
        let rows = store.consolidate().compactMap(\.stock)
        store.aggregate.commit()
        #expect(rows.map(\.pair) == [Pair(1, 1), Pair(1, 2)])
        #expect(rows.map(\.row?.currentStock) == [600, 700])
        store.adopt([.numbered(1, threshold: 100)], [.numbered(2)])
        let gone = store.consolidate().compactMap(\.stock)
        store.aggregate.commit()
        #expect(gone.map(\.pair) == [Pair(1, 1)])
        #expect(gone.first?.row == nil)
        #expect(store.consolidate().isEmpty)
    }

    @Test("the rollup output upserts or deletes each product that changed")
    func rollupOutput() {
        let store = Store(outputs: .init(rollup: true))
        store.apply(60)
        store.apply(70, at: Pair(1, 2))
        let rows = store.consolidate().compactMap(\.rollup)
        store.aggregate.commit()
        #expect(rows.map(\.product) == [ProductID(1)])
        #expect(rows.first?.row?.totalStock == 130)
        store.apply(10)
        store.apply(-10, at: Pair(1, 2))
        #expect(store.consolidate().compactMap(\.rollup).isEmpty, "60 and 70 changed places")
        store.apply(-10)
        #expect(store.consolidate().compactMap(\.rollup).map(\.row?.totalStock) == [120])
        store.aggregate.commit()
        store.adopt([.numbered(1, threshold: 100)], [.numbered(1)])
        #expect(store.consolidate().compactMap(\.rollup).map(\.row?.warehouseCount) == [1])
        store.aggregate.commit()
        store.adopt([])
        let gone = store.consolidate().compactMap(\.rollup)
        #expect(gone.count == 1)
        #expect(gone.first?.row == nil)
    }

    @Test("no stock or rollup rows are sent unless their output is on")
    func noOutputs() {
        let store = Store()
        store.apply(600)
        #expect(store.consolidate().isEmpty)
    }

    @Test("fingerprints are the same in every release, because they are stored")
    func storedFingerprints() {
        let row = StockRow(
            product: .numbered(1, threshold: 100), warehouse: .numbered(1), currentStock: 60,
            lastUpdated: Timestamp(microseconds: 1_774_873_800_000_000))
        #expect(Fingerprint.of(row) == 16_369_795_795_292_904_909)
        let rollup = RollupRow(
            product: .numbered(1, threshold: nil), warehouseCount: 2, totalStock: -5,
            minWarehouseStock: -6, maxWarehouseStock: 1)
        #expect(Fingerprint.of(rollup) == 15_381_109_891_462_424_444)
    }

    @Test("moving text from one column to the next changes the fingerprint")
    func textFingerprints() {
        func digest(_ texts: [Text]) -> UInt64 {
            var print = Fingerprint()
            for text in texts { print.combine(text) }
            return print.value
        }
        let cases: [[Text]] = [
            ["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["abc"], ["\0abc"], ["abc\0"],
        ]
        #expect(Set(cases.map(digest)).count == cases.count)
        let long = String(repeating: "x", count: 16)
        #expect(
            Set(["", "x", long, long + "\0", "\0" + long, long + long].map { digest([Text($0)]) }).count == 6)
    }
}
