import TestSupport
import Testing

@testable import Inventory

@Suite("Thresholds of one product in one warehouse")
struct PairThresholdTests {
    private static func own(_ product: Int32, _ warehouse: Int32, _ threshold: Int32?) -> PairThreshold {
        PairThreshold(id: Pair(product, warehouse), reorderThreshold: threshold)
    }

    @Test("a pair's own threshold takes the place of its product's, and the rollup keeps the product's")
    func replaces() {
        let store = Store()
        store.adopt(
            [.numbered(1, threshold: 100)], [.numbered(1), .numbered(2), .numbered(3)],
            [Self.own(1, 1, 20), Self.own(1, 2, nil)])
        for warehouse in 1...3 as ClosedRange<Int32> { store.apply(30, at: Pair(1, warehouse)) }
        let changes = store.commit()
        #expect(changes.map(\.pair) == [Pair(1, 3)])
        #expect(store.stock.mapValues(\.reorderThreshold) == [Pair(1, 1): 20, Pair(1, 2): nil, Pair(1, 3): 100])
        #expect(store.stock[Pair(1, 1)]?.unitsBelowThreshold == -10)
        #expect(store.rollup[ProductID(1)]?.status == .reorderNow)
    }

    @Test("a row that comes, changes or goes raises, moves and ends alerts at the next commit")
    func changes() {
        let store = Store()
        let (products, warehouses) = ([Product.numbered(1, threshold: nil)], [Warehouse.numbered(1)])
        store.adopt(products, warehouses)
        store.apply(10)
        #expect(store.commit().isEmpty)
        for (threshold, kind, level) in [
            (11, .raised, .warning), (40, .escalated, .critical), (20, .eased, .low), (nil, .resolved, nil),
            (12, .raised, .warning),
        ] as [(Int32?, ChangeKind, AlertLevel?)] {
            store.adopt(products, warehouses, [Self.own(1, 1, threshold)])
            #expect(store.hasPendingChanges)
            let changes = store.commit()
            #expect(changes.map(\.kind) == [kind] && changes.first?.level == level, "\(String(describing: threshold))")
            #expect(changes.first?.row?.reorderThreshold == threshold && changes.first?.source == nil)
        }
        store.adopt(products, warehouses)
        #expect(store.commit().map(\.kind) == [.resolved])
    }

    @Test("no order of arrival between events and the three tables changes the views", arguments: 1...40)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (products, warehouses) = ([Product.numbered(1, threshold: 50)], [Warehouse.numbered(1), .numbered(2)])
        let thresholds = [Self.own(1, 1, 6), Self.own(1, 2, nil), Self.own(2, 1, 7)]
        let store = Store(Catalog(products: [Product](), warehouses: [Warehouse]()))
        var known = (products: [Product](), warehouses: [Warehouse](), thresholds: [PairThreshold]())
        var steps: [() -> Void] = [
            { store.apply(3, at: Pair(1, 1)) }, { store.apply(4, at: Pair(1, 2)) },
            { known.products = products }, { known.warehouses = warehouses },
            { known.thresholds = Array(thresholds.prefix(1)) },
        ]
        steps.shuffle(using: &random)
        steps.append { known.thresholds = thresholds }
        for step in steps {
            step()
            store.commit()
            store.adopt(known.products, known.warehouses, known.thresholds)
        }
        store.commit()
        #expect(store.stock.mapValues(\.level) == [Pair(1, 1): .low, Pair(1, 2): nil])
        #expect(store.state.published.mapValues(\.level)[Pair(1, 1)] == .low)
        #expect(store.state.published[Pair(1, 2)]?.level == nil)
    }

    @Test("a row costs at most 24 bytes, whatever its threshold")
    func memory() {
        var rows = PackedRows<PairThreshold>()
        for number in 0..<4_000 as Range<Int32> {
            rows[Pair(number / 40, number % 40)] = Self.own(number / 40, number % 40, .min + number)
        }
        #expect(rows.reservedBytes <= rows.count * 24)
    }

    @Test("the version that a row of a database has costs 28 bytes, and at most 50 after changes")
    func versionMemory() {
        var versions = PackedRows<KnownVersion<Pair>>()
        for number in 0..<4_000 as Range<Int32> {
            // A position in MySQL's binary log.
            let version = RowVersion(
                logPosition: 1 << 51 + UInt64(number), seconds: 1_774_873_800 + UInt32(number),
                [.commitOrder, .delete])
            versions[Pair(number / 40, number % 40)] = KnownVersion(version, of: Pair(number / 40, number % 40))
            #expect(versions[Pair(number / 40, number % 40)]?.version == version)
        }
        #expect(versions.reservedBytes <= versions.count * 28)
        for round in 1...5 as ClosedRange<UInt32> {
            for number in 0..<4_000 as Range<Int32> {
                let version = RowVersion(logPosition: 1 << 52, seconds: 1_774_873_800 + round, .commitOrder)
                versions[Pair(number / 40, number % 40)] = KnownVersion(version, of: Pair(number / 40, number % 40))
                #expect(versions.reservedBytes <= versions.count * 50)
            }
        }
    }

    @Test("a million pairs are spread over the parts evenly")
    func parts() {
        for (products, warehouses) in [(1_000, 1_000), (100_000, 10), (10, 100_000)] as [(Int32, Int32)] {
            var sizes = Array(repeating: 0, count: Catalog.Thresholds.partCount)
            for product in 0..<products {
                for warehouse in 0..<warehouses { sizes[Catalog.Thresholds.part(of: Pair(product, warehouse))] += 1 }
            }
            #expect(sizes.max() ?? 0 < 2 * 1_000_000 / sizes.count, "\(products) × \(warehouses)")
        }
    }
}
