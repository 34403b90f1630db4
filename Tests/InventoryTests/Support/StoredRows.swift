@testable import Inventory

/// What a compacted topic holds of the checkpoints written to it: the newest record of each name.
final class StoredRows {
    private var buckets: [UInt32: [CellImage]] = [:]
    private var chunks: [Int64: MovementImages] = [:]
    private var truncated: RowVersion?

    func checkpoint(_ rows: Rows) {
        var names: Set<Int64> = []
        rows.aggregate.forEachDirtyBucket { bucket, cells in buckets[bucket] = cells }
        rows.aggregate.forEachDirtyMovementChunk { chunk in
            precondition(names.insert(chunk.number).inserted, "a chunk is stored once")
            chunks[chunk.number] = chunk
        }
        truncated = rows.aggregate.truncated
        rows.aggregate.markCheckpointed()
    }

    func restored() -> Rows {
        let rows = Rows()
        for (bucket, cells) in buckets { rows.aggregate.restore(bucket: bucket, cells: cells) }
        rows.aggregate.finishRestoringCells()
        for chunk in chunks.values { rows.aggregate.restore(chunk) }
        rows.aggregate.finishRestoringMovements(truncated: truncated)
        return rows
    }
}
