@testable import Inventory

/// An aggregate with shorthands that change it.
final class Store {
    var aggregate: Aggregate
    /// The offset of the last event given to `apply`.
    private(set) var offset: Int64 = -1
    private var nextID: Int64 = 1
    /// Every id given to `apply`, by input.
    var ids: [Set<Int64>]

    init(
        _ catalog: Catalog = .oneProduct(threshold: 100), window: Int = 1 << 20, inputs: Int = 1,
        outputs: Aggregate.Outputs = .init()
    ) {
        ids = Array(repeating: [], count: inputs)
        aggregate = Aggregate(inputs: inputs, dedupeWindow: window, catalog: catalog, outputs: outputs)
    }

    /// Applies an event, by default one with a new id at the first product and warehouse.
    @discardableResult
    func apply(
        _ units: Int64, at pair: Pair = Pair(1, 1), id: Int64? = nil, time: Int64 = 0, input: Int = 0
    ) -> Aggregate.Outcome {
        offset += 1
        if id == nil { nextID += 1 }
        ids[input].insert(id ?? nextID - 1)
        let event = OrderEvent(
            id: EventID(id ?? nextID - 1), pair: pair, units: units, time: Timestamp(microseconds: time))
        return aggregate.apply(
            event, input: input, source: Source(partition: Partition(Int32(input)), offset: Offset(offset)))
    }

    func consolidate() -> [OutputChange] {
        var changes: [OutputChange] = []
        aggregate.consolidate { changes.append($0) }
        return changes
    }

    /// Consolidates and commits.
    /// - Returns: the alert changes.
    @discardableResult
    func commit() -> [AlertChange] {
        let changes = consolidate().compactMap(\.alert)
        aggregate.commit()
        return changes
    }

    /// Writes a checkpoint of the last commit.
    func checkpoint(_ body: (CheckpointPart) -> Void = { _ in }) {
        aggregate.forEachDirtyPart(body)
        aggregate.markClean()
    }

    func adopt(
        _ products: [Product], _ warehouses: [Warehouse] = [.numbered(1)], _ thresholds: [PairThreshold] = []
    ) {
        aggregate.adopt(Catalog(products: products, warehouses: warehouses, thresholds: thresholds))
    }

    var hasPendingChanges: Bool { aggregate.hasPendingChanges }
    var pairCount: Int { aggregate.pairCount }
    var dirtyRecordCount: Int {
        var count = 0
        aggregate.forEachDirtyPart { _ in count += 1 }
        return count
    }

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
    /// An aggregate's views, what it published and the ids it remembers.
    struct State: Equatable {
        var stock: [Pair: StockRow]
        var rollup: [ProductID: RollupRow]
        var published: [Pair: PublishedAlert] = [:]
        var stockFingerprints: [Pair: UInt64] = [:]
        var rollupFingerprints: [ProductID: UInt64]
        var dedupe: [DedupeSummary] = []
        var remembered: [Set<Int64>] = []
    }

    var state: State {
        var state = State(
            stock: stock, rollup: rollup,
            rollupFingerprints: aggregate.rollupFingerprints.filter { $0.value != 0 })
        aggregate.forEachPublished {
            if case .alert(let pair, let alert) = $0, alert != PublishedAlert() {
                state.published[pair] = alert
            }
        }
        for (index, print) in aggregate.stockFingerprints.enumerated() where print != 0 {
            state.stockFingerprints[aggregate.pair(at: index)] = print
        }
        for (input, summary) in aggregate.checkpointCounts.dedupe.enumerated() {
            var counts = summary
            counts.seed = 0
            // Without a window each start numbers its sets anew.
            if aggregate.windows[input].window == 0 { counts.number = 0 }
            state.dedupe.append(counts)
            state.remembered.append(ids[input].filter { aggregate.windows[input].contains(EventID($0)) })
        }
        return state
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
