@testable import Inventory

/// An aggregate with short ways to say what happens to it.
final class Store {
    var aggregate: Aggregate
    /// The offset of the last event given to `apply`.
    private(set) var offset: Int64 = -1
    private var nextID: Int64 = 1
    private let window: UInt64

    init(
        _ catalog: Catalog = .oneProduct(threshold: 100), window: UInt64 = 1 << 20, lanes: Int = 1,
        outputs: Aggregate.Outputs = .init()
    ) {
        self.window = window
        aggregate = Aggregate(lanes: lanes, dedupeWindow: window, catalog: catalog, outputs: outputs)
    }

    /// Applies an event, by default one with a new id at the first product and warehouse.
    @discardableResult
    func apply(
        _ units: Int64, at pair: Pair = Pair(1, 1), id: Int64? = nil, time: Int64 = 0, lane: Int = 0
    ) -> Aggregate.Outcome {
        offset += 1
        if id == nil { nextID += 1 }
        let event = OrderEvent(
            id: EventID(id ?? nextID - 1), pair: pair, units: units, time: Timestamp(microseconds: time))
        return aggregate.apply(
            event, lane: lane, source: Source(partition: Partition(Int32(lane)), offset: Offset(offset)))
    }

    func consolidate() -> [OutputChange] {
        var changes: [OutputChange] = []
        aggregate.consolidate { changes.append($0) }
        return changes
    }

    /// Consolidates and commits; the alert changes of that.
    @discardableResult
    func commit() -> [AlertChange] {
        let changes = consolidate().compactMap(\.alert)
        aggregate.commit()
        return changes
    }

    /// Writes a checkpoint of the last commit, all at once.
    func checkpoint(generation: UInt64 = 1, _ body: (SnapshotRecord) -> Void = { _ in }) {
        aggregate.takeSnapshot()
        aggregate.writeSnapshot { record in
            body(record)
            return true
        }
        aggregate.commit()
        aggregate.finishSnapshot(generation: generation)
    }

    func adopt(_ products: [Product], _ warehouses: [Warehouse] = [.numbered(1)]) {
        aggregate.adopt(Catalog(products: products, warehouses: warehouses))
    }

    var hasPendingChanges: Bool { aggregate.hasPendingChanges }
    var dirtyRecordCount: Int { aggregate.dirtyRecordCount }
    var pairCount: Int { aggregate.pairCount }
    var hasSnapshot: Bool { aggregate.snapshotFacts != nil }
    var isSnapshotWritten: Bool { aggregate.isSnapshotWritten }
    var snapshotCopyCount: Int { aggregate.snapshotCopyCount }
    var digest: UInt64 { aggregate.digest }
    /// The highest id of the first lane.
    var highestID: Int64? { aggregate.highestID(lane: 0) }

    var stock: [Pair: StockRow] {
        var rows: [Pair: StockRow] = [:]
        aggregate.forEachStockRow { rows[$0.pair] = $0 }
        return rows
    }

    var rollup: [ProductID: RollupRow] {
        var rows: [ProductID: RollupRow] = [:]
        aggregate.forEachRollupRow { rows[$0.product.id] = $0 }
        return rows
    }
}

extension Store {
    /// Everything that counts of an aggregate: the views, what was published and the ids remembered.
    struct State: Equatable {
        var stock: [Pair: StockRow]
        var rollup: [ProductID: RollupRow]
        var published: [Pair: LedgerEntry] = [:]
        var stockPrints: [Pair: UInt64] = [:]
        var rollupPrints: [ProductID: UInt64]
        var highest: [Int64?] = []
        var seen: [Set<Int64>] = []
    }

    var state: State {
        var state = State(
            stock: stock, rollup: rollup, rollupPrints: aggregate.rollupPrints.filter { $0.value != 0 })
        aggregate.forEachPublishedAlert { state.published[$0] = $1 == LedgerEntry() ? nil : $1 }
        for (slot, print) in aggregate.stockPrints.enumerated() where print != 0 {
            state.stockPrints[aggregate.pair(at: slot)] = print
        }
        for lane in 0..<aggregate.laneCount {
            state.highest.append(aggregate.highestID(lane: lane))
            state.seen.append(seenIDs(lane))
        }
        return state
    }

    /// The ids within the window that have their bit set.
    private func seenIDs(_ lane: Int) -> Set<Int64> {
        var ids: Set<Int64> = []
        guard window > 0, let highest = aggregate.highestID(lane: lane) else { return ids }
        for place in 0..<Int(window / 4096) + 2 {
            guard let chunk = aggregate.lanes[lane].chunk(at: place) else { continue }
            for (index, word) in chunk.words.enumerated() where word != 0 {
                for bit in 0..<64 where word & (1 << UInt64(bit)) != 0 {
                    ids.insert(chunk.number * 4096 + Int64(index * 64 + bit))
                }
            }
        }
        return ids.filter { highest.subtractingReportingOverflow($0).partialValue.magnitude <= window }
    }
}

extension OutputChange {
    var alert: AlertChange? { if case .alert(let change, _) = self { change } else { nil } }

    var stock: (pair: Pair, row: StockRow?)? {
        if case .stock(let pair, let row, _) = self { (pair, row) } else { nil }
    }

    var rollup: (product: ProductID, row: RollupRow?)? {
        if case .rollup(let product, let row, _) = self { (product, row) } else { nil }
    }
}

extension Pair {
    init(_ product: Int32, _ warehouse: Int32) {
        self.init(product: ProductID(product), warehouse: WarehouseID(warehouse))
    }
}

extension Product {
    static func numbered(_ id: Int32, name: Text? = nil, threshold: Int32?) -> Self {
        Product(
            id: ProductID(id), name: name ?? "product \(id)", category: "things",
            reorderThreshold: threshold)
    }
}

extension Warehouse {
    static func numbered(_ id: Int32, name: Text? = nil) -> Self {
        Warehouse(id: WarehouseID(id), name: name ?? "warehouse \(id)", region: "north")
    }
}

extension Catalog {
    /// Product 1 and warehouses 1, 2 and 3.
    static func oneProduct(threshold: Int32?) -> Catalog {
        Catalog(
            products: [.numbered(1, threshold: threshold)],
            warehouses: (1...3).map { Warehouse.numbered($0) })
    }
}
