import Inventory
import Pipeline

/// Reference tables in topics, as their producer knows them.
struct SimReference {
    /// The tables that the topics hold.
    private(set) var catalog: Catalog
    /// Records that are no rows, by table, partition and offset; each is to be one dead letter.
    private(set) var refused: Set<[Int64]> = []
    let kinds: [ReferenceKind]
    /// Rejected records under a row's own key, which compaction would keep instead of the row.
    private let spoilsKeys: Bool
    private let names: SimIDs

    init(_ random: inout SplitMix64, _ settings: PipelineSettings, _ names: SimIDs) {
        self.names = names
        kinds = settings.referenceTopics.keys.sorted { $0.rawValue < $1.rawValue }
        catalog = Catalog()
        spoilsKeys = random.happens(500)
    }

    var mayCompact: Bool { !spoilsKeys }

    /// The tables that a worker joins with when its files hold this catalog.
    func joined(_ files: Catalog) -> Catalog {
        Catalog(
            products: kinds.contains(.products) ? catalog.products : files.products,
            warehouses: kinds.contains(.warehouses) ? catalog.warehouses : files.warehouses,
            thresholds: kinds.contains(.thresholds) ? catalog.thresholds : files.thresholds)
    }

    /// Writes records until the topics hold these tables, and sometimes one that is no row.
    mutating func write(_ wanted: Catalog, _ cluster: SimCluster) {
        for kind in kinds {
            switch kind {
            case .products:
                for id in wanted.products.changes(since: catalog.products) {
                    put(kind, names.key(ofProduct: id.rawValue), wanted.products[id].map(text), cluster)
                }
            case .warehouses:
                for id in wanted.warehouses.changes(since: catalog.warehouses) {
                    put(kind, names.key(ofWarehouse: id.rawValue), wanted.warehouses[id].map(text), cluster)
                }
            case .thresholds:
                for pair in wanted.thresholds.changes(since: catalog.thresholds) {
                    put(kind, names.key(pair), wanted.thresholds[pair].map(text), cluster)
                }
            }
            if cluster.random.happens(300) { spoil(kind, cluster) }
        }
        catalog = wanted
    }

    private func put(_ kind: ReferenceKind, _ key: String, _ value: String?, _ cluster: SimCluster) {
        append(kind, key: key, value, cluster)
        if cluster.random.happens(100) { append(kind, key: key, value, cluster) }
    }

    private mutating func spoil(_ kind: ReferenceKind, _ cluster: SimCluster) {
        let key = spoilsKeys ? "\(cluster.random.within(1...3))" : "bad\(refused.count)"
        let value = cluster.random.pick(["{", "[]", "{\"product_name\":1}", "nonsense"])
        let (partition, offset) = append(kind, key: key, value, cluster)
        refused.insert([Int64(kind.rawValue), Int64(partition), offset])
    }

    @discardableResult
    private func append(
        _ kind: ReferenceKind, key: String, _ value: String?, _ cluster: SimCluster
    ) -> (Int, Int64) {
        let topic = Topic.reference(kind)
        let partitions = cluster.topics[topic]!
        let index = key.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_009 } % partitions.count
        if cluster.random.happens(50) { partitions[index].appendControl() }
        let record = SimRecord(offset: 0, key: Array(key.utf8), value: value.map { Array($0.utf8) })
        return (index, partitions[index].append(record))
    }

    private func text(_ row: Product) -> String {
        let threshold = row.reorderThreshold.map { String($0) } ?? "null"
        return #"{"product_id":\#(names.product(row.id.rawValue)),"product_name":"\#(row.name)","category":"C","#
            + #""reorder_threshold":\#(threshold)}"#
    }

    private func text(_ row: Warehouse) -> String {
        #"{"warehouse_id":\#(names.warehouse(row.id.rawValue)),"warehouse_name":"\#(row.name)","region":"R"}"#
    }

    private func text(_ row: PairThreshold) -> String {
        names.key(row.id).dropLast() + #","reorder_threshold":\#(row.reorderThreshold.map { "\($0)" } ?? "null")}"#
    }
}
