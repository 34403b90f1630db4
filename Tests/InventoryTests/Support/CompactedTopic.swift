@testable import Inventory

/// A compacted state topic: of each key the newest record.
struct CompactedTopic {
    var buckets: [UInt32: [CellImage]] = [:]
    var chunks: [SeenPlace: SeenChunk] = [:]
    var highest: [Int64?] = []
    var alerts: [Pair: LedgerEntry] = [:]
    var stock: [Pair: UInt64] = [:]
    var rollup: [ProductID: UInt64] = [:]

    mutating func checkpoint(_ store: Store) -> Int {
        var records = 0
        highest = (0..<store.aggregate.laneCount).map { store.aggregate.highestID(lane: $0) }
        store.checkpoint { record in
            put(record)
            records += 1
        }
        return records
    }

    mutating func put(_ record: SnapshotRecord) {
        switch record {
        case .cells(let bucket, let cells, _): buckets[bucket] = cells
        case .seen(let place, let chunk, _): chunks[place] = chunk
        case .movements: break
        }
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

    func restore(_ catalog: Catalog, _ window: UInt64, _ outputs: Aggregate.Outputs) -> Store {
        let store = Store(catalog, window: window, lanes: highest.count, outputs: outputs)
        for (bucket, cells) in buckets { store.aggregate.restore(bucket: bucket, cells: cells) }
        for (place, chunk) in chunks { store.aggregate.restore(chunk, lane: place.lane) }
        for (lane, id) in highest.enumerated() { store.aggregate.restore(highestID: id, lane: lane) }
        store.aggregate.finishRestoringCells()
        for (pair, entry) in alerts { store.aggregate.restore(entry, of: pair) }
        for (pair, print) in stock { store.aggregate.restore(stockFingerprint: print, of: pair) }
        for (product, print) in rollup { store.aggregate.restore(rollupFingerprint: print, of: product) }
        store.aggregate.markClean()
        return store
    }
}
