@testable import Inventory

/// A compacted topic with checkpoints of rows: the newest record of each key.
final class StoredRows {
    private var buckets: [UInt32: [StoredEntry]] = [:]
    private var chunks: [EventBlock: MovementImages] = [:]
    private var truncated: RowVersion?
    private var count = 0

    func checkpoint(_ rows: Rows) {
        var names: Set<EventBlock> = []
        rows.aggregate.forEachDirtyPart { part in
            switch part {
            case .entries(let bucket, let entries): buckets[bucket] = entries
            case .movements(let chunk):
                precondition(names.insert(chunk.block).inserted, "a chunk is stored once")
                chunks[chunk.block] = chunk
            case .ids: break
            }
        }
        truncated = rows.aggregate.checkpointCounts.truncated
        count = rows.aggregate.movementCount
        rows.aggregate.markClean()
    }

    func restored() -> Rows {
        let rows = Rows()
        for (bucket, entries) in buckets { rows.aggregate.restore(bucket: bucket, entries: entries) }
        rows.aggregate.finishRestoringEntries()
        for chunk in chunks.values { rows.aggregate.restore(chunk) }
        precondition(rows.aggregate.movementCount == count, "what was stored is there")
        rows.aggregate.finishRestoringMovements(truncated: truncated)
        return rows
    }
}
