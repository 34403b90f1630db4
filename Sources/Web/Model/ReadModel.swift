import Inventory
import Pipeline

/// The workers' snapshots merged and ordered for reading. An update looks only at chunks that it has not seen.
///
/// Not safe to share: the reading thread owns it.
struct ReadModel {
    /// A product that has rows in `current_stock_levels`, and its rows by warehouse.
    struct Entry {
        var product: Product
        /// Never empty.
        var rows: [ShownEntry]
    }

    private struct Known {
        var version: UInt64
        var shard: WorkerSnapshot.Shard
        /// The numbers of its chunks in the order of pairs.
        var numbers: [Int] = []
    }

    let ids: IDs
    private var order: PairOrder
    private(set) var catalog = Catalog()
    /// Those of the catalog, which every row asks for.
    private(set) var warehouses: [WarehouseID: Warehouse] = [:]
    /// Goes up whenever rows change.
    private(set) var version: UInt64 = 0
    /// Changes before this version are not known row by row.
    private(set) var reloadVersion: UInt64 = 0
    /// Pairs whose rows changed, came or went, and the version that did it; the newest last.
    private(set) var changed: [(pair: Pair, version: UInt64)] = []
    private(set) var freshness = Freshness()
    private(set) var tally = ShownTally()
    private(set) var pairs = 0
    private var known: [Partition: Known] = [:]
    private var seenVersions: [UInt64] = []

    /// Changes that are kept.
    static let changesKept = 20_000

    init(_ ids: IDs = .integers) {
        self.ids = ids
        order = PairOrder(ids)
    }

    // MARK: Updates

    /// Takes over a snapshot.
    mutating func update(
        _ snapshot: ViewStore.Snapshot, nowMicroseconds now: Int64, wallMicroseconds wall: Int64
    ) {
        freshness = Freshness(snapshot, now: now, wall: wall)
        let versions = snapshot.workers.map { $0?.version ?? 0 }
        guard versions != seenVersions else { return }
        seenVersions = versions
        version += 1
        tally = snapshot.workers.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
        pairs = snapshot.workers.reduce(0) { $0 + ($1?.pairs ?? 0) }
        let shards = Self.newest(snapshot.workers)
        if Set(shards.keys) != Set(known.keys) || !refresh(shards) { rebuild(shards) }
        order.settle()
        if changed.count > Self.changesKept {
            reloadVersion = changed[changed.count - Self.changesKept - 1].version
            changed.removeFirst(changed.count - Self.changesKept)
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
                newest[first] = Known(version: worker.version, shard: shard)
            }
        }
        return newest
    }

    private mutating func rebuild(_ shards: [Partition: Known]) {
        forgetChanges()
        order = PairOrder(ids)
        known = shards
        for (partition, new) in shards {
            adopt(new.shard.catalog)
            known[partition]?.numbers = new.shard.chunks.map { order.append($0) }
        }
    }

    /// - Returns: false if a shard was recovered again, and may have its entries at other places.
    private mutating func refresh(_ shards: [Partition: Known]) -> Bool {
        for (partition, new) in shards {
            guard let old = known[partition], old.version != new.version else { continue }
            let (before, after) = (old.shard.chunks, new.shard.chunks)
            guard before.count <= after.count else { return false }
            if new.shard.catalog !== old.shard.catalog {
                // Names and thresholds may have changed in rows that did not.
                adopt(new.shard.catalog)
                forgetChanges()
            }
            var numbers = old.numbers
            for (index, chunk) in after.enumerated() {
                guard index < before.count else {
                    numbers.append(order.append(chunk))
                    note(chunk, before: nil)
                    continue
                }
                if before[index] === chunk { continue }
                guard Self.hasSamePlaces(before[index], chunk) else { return false }
                order.replace(numbers[index], with: chunk)
                note(chunk, before: before[index])
            }
            known[partition] = Known(version: new.version, shard: new.shard, numbers: numbers)
        }
        return true
    }

    /// Whether each pair of a chunk is where it was before.
    private static func hasSamePlaces(_ before: ShownChunk, _ chunk: ShownChunk) -> Bool {
        before.entries.count <= chunk.entries.count
            && zip(before.entries, chunk.entries).allSatisfy { $0.pair == $1.pair }
    }

    private mutating func adopt(_ newer: Catalog) {
        if newer === catalog { return }
        catalog = newer
        warehouses = Dictionary(newer.warehouses.values.map { ($0.id, $0) }) { $1 }
    }

    private mutating func forgetChanges() {
        reloadVersion = version
        changed = []
    }

    private mutating func note(_ chunk: ShownChunk, before: ShownChunk?) {
        if reloadVersion == version { return }
        for (index, new) in chunk.entries.enumerated() {
            let old = before.flatMap { index < $0.entries.count ? $0.entries[index] : nil }
            if new != old, hasRow(new) || old.map({ hasRow($0) }) == true { changed.append((new.pair, version)) }
        }
    }

    private func hasRow(_ entry: ShownEntry) -> Bool {
        entry.isVisible && warehouses[entry.pair.warehouse] != nil && catalog.product(entry.pair.product) != nil
    }

    // MARK: Reading

    /// Nil for a product without rows.
    subscript(product: ProductID) -> Entry? {
        var position = order.begin(of: product)
        let entries = order.entries(at: &position)
        return entries.first?.pair.product == product ? entry(entries) : nil
    }

    /// The products that have rows, in the order of ids.
    var products: some Sequence<Entry> {
        sequence(state: 0) { position in
            while true {
                let entries = order.entries(at: &position)
                if entries.isEmpty { return nil }
                if let entry = entry(entries) { return entry }
            }
        }
    }

    private func entry(_ entries: [ShownEntry]) -> Entry? {
        guard let id = entries.first?.pair.product, let product = catalog.product(id) else { return nil }
        var rows: [ShownEntry] = []
        rows.reserveCapacity(entries.count)
        for entry in entries where entry.isVisible && warehouses[entry.pair.warehouse] != nil {
            if entry.pair != rows.last?.pair { rows.append(entry) }
        }
        return rows.isEmpty ? nil : Entry(product: product, rows: rows)
    }

    /// The chunks of each shard, and the history of its entries.
    var histories: [(chunks: [ShownChunk], history: StockHistory.AsOf)] {
        known.values.compactMap { known in known.shard.history.map { (known.shard.chunks, $0) } }
    }
}
