import Inventory
import Logging

@testable import Pipeline
@testable import Web

/// A worker's aggregate that publishes its views without Kafka. Only one thread at a time may use it.
final class Stage: @unchecked Sendable {
    let store: ViewStore
    let ids: IDs
    private(set) var aggregate: Aggregate
    private var chunks: [ShownChunk] = []
    private var nextID: Int64 = 1
    private var offset: Int64 = 0
    /// Nil for a daemon that keeps no history.
    var history: HistoryWriter? = HistoryWriter(limit: 1_000_000, checkpointsMs: [nil])
    private let worker: Int
    private let partition: Int32

    init(
        _ catalog: Catalog = .shop(products: 5, warehouses: 3), store: ViewStore = ViewStore(workers: 1),
        worker: Int = 0, ids: IDs = .integers
    ) {
        self.ids = ids
        self.store = store
        self.worker = worker
        partition = Int32(worker)
        aggregate = Aggregate(inputs: 1, dedupeWindow: 1 << 20, catalog: catalog)
    }

    func apply(_ units: Int64, _ product: Int32, _ warehouse: Int32) {
        let pair = Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
        let event = OrderEvent(
            id: EventID(nextID), pair: pair, units: units,
            time: Timestamp(microseconds: 1_774_864_800_000_000 + nextID * 1_000_000))
        nextID += 1
        _ = aggregate.apply(
            event, input: 0, source: Source(partition: Partition(partition), offset: Offset(offset)))
        offset += 1
    }

    func adopt(_ catalog: Catalog) { aggregate.adopt(catalog) }

    /// Commits as the worker does: alert changes are appended at once, stock entries are published if `publishing`.
    /// - Parameter timeMs: when its newest record was written.
    func commit(publishing: Bool = true, atMs timeMs: Int64 = wallMicroseconds() / 1_000) {
        history?.note(timeMs)
        history?.append(aggregate)
        var changes: [AlertChange] = []
        aggregate.consolidate { if case .alert(let change, _) = $0 { changes.append(change) } }
        aggregate.commit()
        if !changes.isEmpty { store.append(changes, worker: worker) }
        if publishing { publish() }
    }

    func publish() {
        aggregate.refreshShown(&chunks)
        let shard = WorkerSnapshot.Shard(
            chunks: chunks, catalog: aggregate.catalog, pairs: aggregate.pairCount, names: aggregate.nameCount,
            positions: [PartitionPosition(Partition(partition), Offset(offset))], history: history?.history.asOf)
        store.publish(WorkerSnapshot([shard]), worker: worker, tookMicroseconds: 1)
        markFresh()
    }

    func markFresh() { store.markFresh(worker: worker, at: monotonicMicroseconds()) }

    /// Gives each product in each warehouse a stock from 0 to 89.
    func fill(_ products: Int32, _ warehouses: Int32) {
        for product in 1...products {
            for warehouse in 1...warehouses {
                apply(Int64((product * 7 + warehouse * 13) % 90), product, warehouse)
            }
        }
        commit()
    }

    var model: ReadModel {
        var model = ReadModel(ids)
        model.update(
            store.snapshot(), nowMicroseconds: monotonicMicroseconds(), wallMicroseconds: wallMicroseconds())
        return model
    }
}

extension Catalog {
    /// Numbered products in two categories and numbered warehouses; every fifth product has no threshold.
    static func shop(products: Int32, warehouses: Int32, name: String = "Product") -> Catalog {
        Catalog(
            products: (1...products).map {
                Product(
                    id: ProductID($0), name: "\(name) \($0)", category: $0 % 2 == 0 ? "Even" : "Odd",
                    reorderThreshold: $0 % 5 == 0 ? nil : 40)
            },
            warehouses: (1...warehouses).map {
                Warehouse(id: WarehouseID($0), name: "Warehouse \($0)", region: "North")
            })
    }
}
