import Inventory
import Pipeline

/// The workers' snapshots merged and ordered for reading. An update looks only at chunks that it has not seen.
///
/// Not safe to share: the reading thread owns it.
struct ReadModel {
    /// A row of `current_stock_levels` and, when it alerts, its incident.
    struct Row {
        var shown: ShownEntry
        /// The model's version that changed it last.
        var version: UInt64
    }

    /// A product that has rows, and its rows by warehouse.
    struct Entry {
        var product: Product
        var rows: [Row]
    }

    private struct Known {
        var version: UInt64
        var chunks: [ShownChunk]
        var catalog: Catalog
        var positions: [PartitionPosition]
        var history: StockHistory.AsOf?
    }

    let ids: IDs
    private(set) var entries: [ProductID: Entry] = [:]
    /// The keys of `entries`, in the order of ids.
    private(set) var order: [ProductID] = []
    private(set) var catalog = Catalog()
    /// Goes up whenever rows change.
    private(set) var version: UInt64 = 0
    /// Changes before this version are not known row by row.
    private(set) var reloadVersion: UInt64 = 0
    /// Rows that were removed, and the version that removed them; the newest last.
    private(set) var gone: [(pair: Pair, version: UInt64)] = []
    private(set) var freshness = Freshness()
    private(set) var tally = ShownTally()
    private(set) var pairs = 0
    private var known: [Partition: Known] = [:]
    private var seenVersions: [UInt64] = []
    private var isOrderStale = false

    private static let goneKept = 10_000

    init(_ ids: IDs = .integers) { self.ids = ids }

    /// Takes over a snapshot.
    mutating func update(
        _ snapshot: ViewStore.Snapshot, nowMicroseconds now: Int64, wallMicroseconds wall: Int64
    ) {
        freshness = Freshness(snapshot, now: now, wall: wall)
        let versions = snapshot.workers.map { $0?.version ?? 0 }
        guard versions != seenVersions else { return }
        seenVersions = versions
        version += 1
        let shards = Self.newest(snapshot.workers)
        tally = snapshot.workers.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
        pairs = snapshot.workers.reduce(0) { $0 + ($1?.pairs ?? 0) }
        if Set(shards.keys) != Set(known.keys) { rebuild(shards) } else { refresh(shards) }
        known = shards
        if isOrderStale {
            order = entries.keys.sorted { ids.isBefore($0, $1) }
            isOrderStale = false
        }
    }

    /// The shards by their first partition. While partitions move between workers two may show one: the newer
    /// counts.
    private static func newest(_ workers: [WorkerSnapshot?]) -> [Partition: Known] {
        var newest: [Partition: Known] = [:]
        for worker in workers {
            guard let worker else { continue }
            for shard in worker.shards {
                guard let first = shard.positions.first?.partition else { continue }
                if let other = newest[first], other.version > worker.version { continue }
                newest[first] = Known(
                    version: worker.version, chunks: shard.chunks, catalog: shard.catalog,
                    positions: shard.positions, history: shard.history)
            }
        }
        return newest
    }

    /// The chunks of each shard, and the history of its entries.
    var histories: [(chunks: [ShownChunk], history: StockHistory.AsOf)] {
        known.values.compactMap { shard in shard.history.map { (shard.chunks, $0) } }
    }

    private mutating func rebuild(_ shards: [Partition: Known]) {
        reloadVersion = version
        gone = []
        entries.removeAll(keepingCapacity: true)
        isOrderStale = true
        for shard in shards.values {
            adopt(shard.catalog)
            for chunk in shard.chunks { for shown in chunk.entries { apply(shown, shard.catalog) } }
        }
    }

    private mutating func refresh(_ shards: [Partition: Known]) {
        for (partition, shard) in shards {
            guard let old = known[partition], old.version != shard.version else { continue }
            if shard.catalog !== old.catalog { adopt(shard.catalog) }
            // A shard that was recovered again may have its entries at other indices.
            guard old.chunks.first?.entries.first?.pair == shard.chunks.first?.entries.first?.pair,
                old.chunks.count <= shard.chunks.count
            else { return rebuild(shards) }
            for (index, chunk) in shard.chunks.enumerated() {
                let before = index < old.chunks.count ? old.chunks[index] : nil
                if before === chunk { continue }
                for (index, shown) in chunk.entries.enumerated() {
                    if let before, index < before.entries.count, before.entries[index] == shown { continue }
                    apply(shown, shard.catalog)
                }
            }
        }
    }

    /// Names and thresholds may have changed in rows that did not.
    private mutating func adopt(_ newer: Catalog) {
        catalog = newer
        reloadVersion = version
        for id in order {
            guard let product = newer.products[id] else { continue }
            entries[id]?.product = product
        }
    }

    private mutating func apply(_ shown: ShownEntry, _ catalog: Catalog) {
        let id = shown.pair.product
        guard shown.isVisible, let product = catalog.products[id],
            catalog.warehouses[shown.pair.warehouse] != nil
        else { return remove(shown.pair) }
        let row = Row(shown: shown, version: version)
        guard entries[id] != nil else {
            entries[id] = Entry(product: product, rows: [row])
            isOrderStale = true
            return
        }
        entries[id]?.insert(row, ids)
    }

    private mutating func remove(_ pair: Pair) {
        guard entries[pair.product]?.remove(pair, ids) == true else { return }
        if entries[pair.product]?.rows.isEmpty == true {
            entries[pair.product] = nil
            isOrderStale = true
        }
        gone.append((pair, version))
        if gone.count > 2 * Self.goneKept {
            gone.removeFirst(Self.goneKept)
            reloadVersion = max(reloadVersion, gone[0].version)
        }
    }
}

extension ReadModel.Entry {
    /// The index of a warehouse's row, or the one to insert it at.
    private func index(_ warehouse: WarehouseID, _ ids: IDs) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if ids.isBefore(rows[middle].shown.pair.warehouse, warehouse) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ row: ReadModel.Row, _ ids: IDs) {
        let index = index(row.shown.pair.warehouse, ids)
        if index < rows.count, rows[index].shown.pair == row.shown.pair {
            rows[index] = row
        } else {
            rows.insert(row, at: index)
        }
    }

    mutating func remove(_ pair: Pair, _ ids: IDs) -> Bool {
        let index = index(pair.warehouse, ids)
        guard index < rows.count, rows[index].shown.pair == pair else { return false }
        rows.remove(at: index)
        return true
    }
}
