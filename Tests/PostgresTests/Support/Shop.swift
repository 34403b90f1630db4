import Inventory
import PostgresSupport
import TestSupport

@testable import Pipeline
@testable import Postgres

/// A daemon's part that shows views, without Kafka: an aggregate for each of its shards, and a writer of the tables.
/// Only one thread at a time may use it.
final class Shop {
    let store: ViewStore
    let ids: IDs
    let schema: Schema
    let writer: ViewsWriter
    let log = LineLog()
    let telemetry: TableTelemetry
    private var shards: [Int32: Shard] = [:]

    private final class Shard {
        var aggregate: Aggregate
        var chunks: [ShownChunk] = []
        var offset: Int64 = 0
        let term: Int64

        init(_ catalog: Catalog, term: Int64) {
            aggregate = Aggregate(inputs: 1, dedupeWindow: 0, catalog: catalog)
            self.term = term
        }
    }

    struct Event {
        var partition: Int32 = 0
        var product: Int32
        var warehouse: Int32
        var units: Int64
        var time: Int64 = 0
    }

    init(
        _ server: TestServer, _ database: String, ids: IDs = .integers, user: String = "postgres", group: String = "g",
        creates: Bool = true, url: String? = nil
    ) {
        self.ids = ids
        store = ViewStore(workers: 1, numbersTerms: true)
        schema = Schema("stockd", ids)
        telemetry = TableTelemetry(log.logger)
        let source = ViewsSource(inputTopic: "i", groupID: group, stateTopic: "s", keyedBy: "product")
        writer = ViewsWriter(
            ViewsWriter.Settings(
                connection: ConnectionSettings(url: url ?? server.url(database, user: user)), schema: schema, ids: ids,
                source: source, creates: creates, intervalMs: 100),
            store, telemetry)
    }

    /// Takes partitions over, as a recovery does: the events that were committed, in whatever order of entries.
    func recover(_ partition: Int32, term: Int64, _ catalog: Catalog, _ events: [Event] = []) {
        shards[partition] = Shard(catalog, term: term)
        for event in events where event.partition == partition { apply(event) }
    }

    func drop(_ partition: Int32) { shards[partition] = nil }

    func apply(_ event: Event) {
        guard let shard = shards[event.partition] else { return }
        let pair = Pair(product: ProductID(event.product), warehouse: WarehouseID(event.warehouse))
        let source = Source(partition: Partition(event.partition), offset: Offset(shard.offset))
        shard.offset += 1
        _ = shard.aggregate.apply(
            OrderEvent(
                id: EventID(shard.offset), pair: pair, units: event.units, time: Timestamp(microseconds: event.time)),
            input: 0, source: source)
    }

    func adopt(_ catalog: Catalog) {
        for shard in shards.values { shard.aggregate.adopt(catalog) }
    }

    /// Commits, and shows what is committed.
    func commit() {
        for shard in shards.values {
            shard.aggregate.consolidate { _ in }
            shard.aggregate.commit()
            shard.aggregate.refreshShown(&shard.chunks)
        }
        show()
    }

    /// Shows a snapshot that differs from the one before in nothing but its number.
    func show() {
        let shown = shards.sorted { $0.key < $1.key }.map { partition, shard in
            WorkerSnapshot.Shard(
                chunks: shard.chunks, catalog: shard.aggregate.catalog, pairs: shard.aggregate.pairCount,
                names: shard.aggregate.nameCount,
                positions: [PartitionPosition(Partition(partition), Offset(shard.offset))], term: shard.term)
        }
        store.publish(WorkerSnapshot(shown), worker: 0, tookMicroseconds: 1)
        store.markFresh(worker: 0, at: monotonicMicroseconds())
    }

    var snapshot: WorkerSnapshot? { store.snapshot().workers[0] }
}

extension Catalog {
    /// Numbered products and warehouses; every fifth product has no threshold, every seventh no name.
    /// - Parameter own: in the first warehouse every third product has a threshold of its own, every ninth null.
    static func shop(
        _ products: Int32, _ warehouses: Int32, name: String = "Product", threshold: Int32 = 40, own: Bool = false
    ) -> Catalog {
        Catalog(
            products: (1...products).map {
                Product(
                    id: ProductID($0), name: $0 % 7 == 0 ? "" : "\(name) \($0)",
                    category: $0 % 2 == 0 ? "Even" : "Odd",
                    reorderThreshold: $0 % 5 == 0 ? nil : threshold)
            },
            warehouses: (1...warehouses).map {
                Warehouse(id: WarehouseID($0), name: "Warehouse \($0)", region: "North")
            },
            thresholds: (1...products).filter { own && $0 % 3 == 0 }.map {
                PairThreshold(
                    id: Pair(product: ProductID($0), warehouse: WarehouseID(1)),
                    reorderThreshold: $0 % 9 == 0 ? nil : threshold / 2 + $0)
            })
    }
}
