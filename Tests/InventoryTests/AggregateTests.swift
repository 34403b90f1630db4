import Testing

@testable import Inventory

@Suite struct AggregateTests {
    @Test("stock is the sum of the units, and its time the latest event's")
    func sums() {
        let store = Store()
        store.apply(10, time: 500)
        store.apply(-3, time: 900)
        store.apply(1, time: 100)
        let row = store.stock[Pair(1, 1)]
        #expect(row?.currentStock == 8)
        #expect(row?.lastUpdated == Timestamp(microseconds: 900))
        #expect(row?.product.name == "product 1")
        #expect(row?.warehouse.name == "warehouse 1")
    }

    @Test("an event of unknown type makes the row, moves nothing and advances the time")
    func unknownType() {
        let store = Store()
        let event = OrderEvent(
            id: EventID(1), pair: Pair(1, 1), units: 0, time: Timestamp(microseconds: 77), typeIsKnown: false)
        let source = Source(partition: Partition(0), offset: Offset(0))
        let outcome = store.aggregate.apply(event, input: 0, source: source)
        #expect(outcome == .applied)
        #expect(store.stock[Pair(1, 1)]?.currentStock == 0)
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: 77))
        #expect(store.commit().map(\.severity) == [.outOfStock])
    }

    @Test("a time before 1970 counts, even the earliest possible")
    func earlyTimes() {
        let store = Store()
        store.apply(1, time: .min)
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: .min))
        store.apply(1, time: -5)
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: -5))
    }

    @Test("a sum that would overflow changes nothing")
    func overflow() {
        let store = Store()
        store.apply(.max, time: 1)
        #expect(store.apply(1, time: 2) == .overflow)
        store.apply(-1, time: 3)
        #expect(store.apply(1, time: 4) == .applied)
        #expect(store.apply(.min, at: Pair(1, 2)) == .applied)
        #expect(store.apply(-1, at: Pair(1, 2), time: 9) == .overflow)
        #expect(store.stock[Pair(1, 1)]?.currentStock == .max)
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: 4))
        #expect(store.stock[Pair(1, 2)]?.currentStock == .min)
        #expect(store.rollup[ProductID(1)]?.totalStock == -1)
    }

    @Test("a rollup's total may exceed 64 bits")
    func wideTotal() {
        let store = Store()
        for warehouse in Int32(1)...3 { store.apply(.max, at: Pair(1, warehouse)) }
        let row = store.rollup[ProductID(1)]
        #expect(row?.totalStock == 3 * Int128(Int64.max))
        #expect(row?.warehouseCount == 3)
        #expect(row?.status == .healthy)
    }

    @Test("events count before their reference rows are known")
    func eventsBeforeReferenceRows() {
        let store = Store(Catalog())
        store.apply(10)
        store.apply(20, at: Pair(1, 2))
        store.apply(7, at: Pair(2, 1))
        #expect(store.commit().isEmpty)
        #expect(store.stock.isEmpty)
        #expect(store.rollup.isEmpty)
        store.adopt([.numbered(1, threshold: 100)], [])
        #expect(store.commit().isEmpty)
        #expect(store.stock.isEmpty)
        store.adopt([.numbered(1, threshold: 100)], [.numbered(1)])
        let changes = store.commit()
        #expect(changes.map(\.kind) == [.raised])
        #expect(changes.first?.source == nil)
        #expect(store.stock.mapValues(\.currentStock) == [Pair(1, 1): 10])
        #expect(store.rollup[ProductID(1)]?.warehouseCount == 1)
        store.adopt(
            [.numbered(1, threshold: 100), .numbered(2, threshold: nil)], [.numbered(1), .numbered(2)])
        #expect(store.commit().map(\.pair) == [Pair(1, 2)])
        #expect(store.stock.count == 3)
    }

    @Test("a rollup shows the least and the greatest stock of the visible warehouses")
    func rollupExtremes() {
        let store = Store()
        store.apply(-4, at: Pair(1, 1))
        store.apply(9, at: Pair(1, 2))
        store.apply(1000, at: Pair(1, 99))
        let row = store.rollup[ProductID(1)]
        #expect(row?.minWarehouseStock == -4)
        #expect(row?.maxWarehouseStock == 9)
        #expect(row?.totalStock == 5)
        #expect(row?.warehouseCount == 2)
    }

    @Test("the later of two reference rows with one key counts")
    func duplicateReferenceRows() {
        let catalog = Catalog(
            products: [.numbered(1, threshold: 1), .numbered(1, name: "later", threshold: 2)],
            warehouses: [.numbered(1), .numbered(1, name: "later")])
        #expect(catalog.products[ProductID(1)]?.name == "later")
        #expect(catalog.warehouses[WarehouseID(1)]?.name == "later")
    }

    @Test("product and warehouse ids may be any 32-bit number")
    func anyID() {
        let ids: [Int32] = [.min, -1, 0, 1, .max]
        let store = Store(
            Catalog(
                products: ids.map { .numbered($0, threshold: 5) }, warehouses: ids.map { .numbered($0) }))
        for product in ids {
            for warehouse in ids { store.apply(Int64(product) + 10, at: Pair(product, warehouse)) }
        }
        #expect(store.stock.count == 25)
        for (pair, row) in store.stock {
            #expect(row.currentStock == Int64(pair.product.rawValue) + 10)
            #expect(Pair(rawValue: pair.rawValue) == pair)
        }
    }

    @Test("nothing is pending after a commit, and reference changes stay pending after a rollback")
    func pendingChanges() {
        let store = Store()
        #expect(!store.hasPendingChanges)
        store.apply(1)
        #expect(store.hasPendingChanges)
        store.commit()
        #expect(!store.hasPendingChanges)
        store.adopt([.numbered(2, threshold: 1)])
        #expect(store.hasPendingChanges)
        store.aggregate.rollback()
        #expect(store.hasPendingChanges, "what reference data changed is still to be derived")
        store.commit()
        #expect(!store.hasPendingChanges)
        store.aggregate.markEverythingPending()
        #expect(store.hasPendingChanges)
        #expect(store.commit().isEmpty)
        #expect(!store.hasPendingChanges)
    }
}
