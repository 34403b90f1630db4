@testable import Inventory

/// A compacted state topic: the newest record of each key.
struct CompactedTopic {
    private struct IDKey: Hashable {
        var input: Int
        var isOddSet: Bool
        var bucket: UInt16
    }

    var buckets: [UInt32: [StoredEntry]] = [:]
    private var ids: [IDKey: IDBucket] = [:]
    private var counts: CheckpointCounts?
    var alerts: [Pair: PublishedAlert] = [:]
    var stock: [Pair: UInt64] = [:]
    var rollup: [ProductID: UInt64] = [:]

    mutating func checkpoint(_ store: Store) -> Int {
        var records = 0
        counts = store.aggregate.checkpointCounts
        store.checkpoint { part in
            records += 1
            switch part {
            case .entries(let bucket, let entries): buckets[bucket] = entries
            case .ids(let input, let bucket):
                let key = IDKey(input: input, isOddSet: bucket.set % 2 == 1, bucket: bucket.bucket)
                ids[key] = bucket
            case .movements: break
            }
        }
        return records
    }

    mutating func publish(_ changes: [OutputChange]) {
        for change in changes {
            switch change {
            case .alert(let change, let entry): alerts[change.pair] = entry
            case .stock(let pair, _, let print): stock[pair] = print
            case .rollup(let product, _, let print): rollup[product] = print
            }
        }
    }

    /// The aggregate that the records give, nil when there are not as many as the checkpoint says.
    func restore(_ catalog: Catalog, _ window: Int, _ outputs: Aggregate.Outputs) -> Store? {
        let store = Store(catalog, window: window, inputs: counts?.dedupe.count ?? 1, outputs: outputs)
        for (bucket, entries) in buckets { store.aggregate.restore(bucket: bucket, entries: entries) }
        store.aggregate.finishRestoringEntries()
        for (input, summary) in (counts?.dedupe ?? []).enumerated() {
            let found = ids.filter { $0.key.input == input }.values
            guard store.aggregate.restoreIDs(input: input, summary, Array(found)) else { return nil }
        }
        guard store.aggregate.pairCount == counts?.pairs ?? 0 else { return nil }
        for (pair, entry) in alerts { store.aggregate.restore(entry, of: pair) }
        for (pair, print) in stock { store.aggregate.restore(stockFingerprint: print, of: pair) }
        for (product, print) in rollup { store.aggregate.restore(rollupFingerprint: print, of: product) }
        store.aggregate.markClean()
        return store
    }
}
