@testable import Inventory

/// What a compacted topic holds of the checkpoints written to it: the newest record of each name.
final class StoredRows {
    private var buckets: [UInt32: [CellImage]] = [:]
    private var chunks: [Int64: MovementImages] = [:]
    private var truncated: RowVersion?
    private var digest: UInt64?

    func checkpoint(_ rows: Rows) {
        var names: Set<Int64> = []
        rows.aggregate.takeSnapshot()
        rows.aggregate.writeSnapshot { record in
            switch record {
            case .cells(let bucket, let cells, _): buckets[bucket] = cells
            case .movements(let chunk, _):
                precondition(names.insert(chunk.number).inserted, "a chunk is stored once")
                chunks[chunk.number] = chunk
            case .seen: break
            }
            return true
        }
        truncated = rows.aggregate.truncated
        digest = rows.aggregate.snapshotFacts?.movementDigest
        rows.aggregate.commit()
        rows.aggregate.finishSnapshot(generation: 1)
    }

    func restored() -> Rows {
        let rows = Rows()
        for (bucket, cells) in buckets { rows.aggregate.restore(bucket: bucket, cells: cells) }
        rows.aggregate.finishRestoringCells()
        for chunk in chunks.values { rows.aggregate.restore(chunk) }
        precondition(rows.aggregate.movementDigest == digest ?? 0, "what was stored is there")
        rows.aggregate.finishRestoringMovements(truncated: truncated)
        return rows
    }
}

extension Rows {
    /// The sum over all movements, one by one.
    var recomputedDigest: UInt64 {
        var sum: UInt64 = 0
        for index in aggregate.movements.pages {
            guard let page = aggregate.movements.page(index) else { continue }
            for row in 0..<page.count {
                sum &+= page[row].weight(aggregate.movements.mixer.id(page.key(row)))
            }
        }
        return sum
    }
}
