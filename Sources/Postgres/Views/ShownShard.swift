import Inventory
import Pipeline

/// A shard as a worker shows it.
struct ShownShard {
    let version: UInt64
    let shard: WorkerSnapshot.Shard

    var partitions: [Partition] { shard.positions.map(\.partition) }

    /// The shards by their first partition. While partitions move between workers two may show one: the later owner
    /// counts.
    static func newest(_ snapshot: ViewStore.Snapshot) -> [Partition: ShownShard] {
        var newest: [Partition: ShownShard] = [:]
        for worker in snapshot.workers {
            guard let worker else { continue }
            for shard in worker.shards {
                guard let first = shard.positions.first?.partition else { continue }
                if let other = newest[first], other.shard.term > shard.term { continue }
                newest[first] = ShownShard(version: worker.version, shard: shard)
            }
        }
        return newest
    }
}

extension WorkerSnapshot.Shard {
    /// Calls a closure with each pair that has another row, or another alert, than in an older snapshot of the same
    /// term: what it had, and what it has.
    func forEachDifference<E: Error>(
        from old: WorkerSnapshot.Shard,
        _ body: (_ old: StockRow?, _ new: StockRow?, _ shown: ShownEntry) throws(E) -> Void
    ) throws(E) {
        let products = Set(catalog === old.catalog ? [] : catalog.products.changes(since: old.catalog.products))
        let warehouses = Set(catalog === old.catalog ? [] : catalog.warehouses.changes(since: old.catalog.warehouses))
        let thresholds = Set(catalog === old.catalog ? [] : catalog.thresholds.changes(since: old.catalog.thresholds))
        let isJoinedAnew = !products.isEmpty || !warehouses.isEmpty || !thresholds.isEmpty
        for (index, chunk) in chunks.enumerated() {
            let before = index < old.chunks.count ? old.chunks[index] : nil
            if before === chunk, !isJoinedAnew { continue }
            for (index, shown) in chunk.entries.enumerated() {
                let entry = before.flatMap { index < $0.entries.count ? $0.entries[index] : nil }
                if entry == shown,
                    !products.contains(shown.pair.product), !warehouses.contains(shown.pair.warehouse),
                    !thresholds.contains(shown.pair)
                {
                    continue
                }
                let row = shown.row(catalog)
                let oldRow = entry?.row(old.catalog)
                if row == nil, oldRow == nil { continue }
                try body(oldRow, row, shown)
            }
        }
    }

    /// The places of the entries in the order of pairs, for `forEachRow`.
    var order: [UInt32] {
        var order: [(pair: UInt64, place: UInt32)] = []
        order.reserveCapacity(pairs)
        for (number, chunk) in chunks.enumerated() {
            let base = UInt32(number * Aggregate.entriesPerChunk)
            for (index, shown) in chunk.entries.enumerated() where shown.isVisible {
                order.append((shown.pair.rawValue, base + UInt32(index)))
            }
        }
        order.sort { $0.pair < $1.pair }
        return order.map(\.place)
    }

    /// Calls a closure with each row: the rows of a product come one after the other.
    func forEachRow<E: Error>(
        in order: [UInt32], _ body: (StockRow, ShownEntry) throws(E) -> Void
    ) throws(E) {
        for place in order {
            let chunk = chunks[Int(place) / Aggregate.entriesPerChunk]
            let shown = chunk.entries[Int(place) % Aggregate.entriesPerChunk]
            if let row = shown.row(catalog) { try body(row, shown) }
        }
    }
}
