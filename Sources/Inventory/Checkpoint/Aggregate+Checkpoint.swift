/// What a checkpoint record stores of a shard. A recovery compares it with what it restored.
public struct CheckpointCounts: Equatable, Sendable {
    /// Stock entries of all pairs, those without events included.
    public var pairs: Int
    /// Pairs that ever had an alert.
    public var publishedAlerts: Int
    /// Events in the movement log, deleted ones included; 0 where rows do not change.
    public var movements: Int
    /// The newest truncation of the events table that was applied.
    public var truncated: RowVersion?
    /// By input partition.
    public var dedupe: [DedupeSummary]

    public init(
        pairs: Int, publishedAlerts: Int, movements: Int, truncated: RowVersion?, dedupe: [DedupeSummary]
    ) {
        self.pairs = pairs
        self.publishedAlerts = publishedAlerts
        self.movements = movements
        self.truncated = truncated
        self.dedupe = dedupe
    }
}

/// A record of a checkpoint.
public enum CheckpointPart {
    case entries(bucket: UInt32, [StoredEntry])
    /// Of the shard's input partition with this index.
    case ids(input: Int, IDBucket)
    case movements(MovementImages)
}

extension Aggregate {
    /// Whether anything changed that the last checkpoint does not hold.
    public var isDirty: Bool {
        dirtyBuckets.count > 0 || !movements.dirtyPages.isEmpty
            || (0..<inputCount).contains { windows[$0].dirtyBucketCount > 0 }
    }

    public var checkpointCounts: CheckpointCounts {
        CheckpointCounts(
            pairs: table.count, publishedAlerts: publishedAlerts.incidentCount, movements: movements.count,
            truncated: movements.truncated, dedupe: (0..<inputCount).map { windows[$0].summary })
    }

    /// Hands out a new record for everything that changed since the last checkpoint, the open transaction included.
    /// Call `markClean` once that has committed.
    public func forEachDirtyPart<Failure: Error>(
        _ body: (CheckpointPart) throws(Failure) -> Void
    ) throws(Failure) {
        for bucket in dirtyBuckets.members {
            let first = Int(bucket) * Self.entriesPerBucket
            let entries = (first..<min(first + Self.entriesPerBucket, table.count)).map {
                image(table.entries[$0])
            }
            try body(.entries(bucket: bucket, entries))
        }
        for input in 0..<inputCount {
            try windows[input].forEachDirtyBucket { (bucket) throws(Failure) in
                try body(.ids(input: input, bucket))
            }
        }
        for block in movements.dirtyBlocks { try body(.movements(movements.images(of: block))) }
    }

    /// Notes that a checkpoint with every change has committed.
    public mutating func markClean() {
        dirtyBuckets.removeAll()
        movements.markClean()
        for input in 0..<inputCount { windows[input].markClean() }
    }
}

/// What was last published of a row. A row that is gone has fingerprint 0.
public enum PublishedRow {
    case alert(Pair, PublishedAlert)
    case stock(Pair, fingerprint: UInt64)
    case rollup(ProductID, fingerprint: UInt64)
}

extension Aggregate {
    /// Hands out what was last published of every row.
    public func forEachPublished<Failure: Error>(
        _ body: (PublishedRow) throws(Failure) -> Void
    ) throws(Failure) {
        for entryIndex in 0..<table.count {
            let pair = pair(at: entryIndex)
            if let alert = published(UInt32(entryIndex)) { try body(.alert(pair, alert)) }
            if outputs.stockLevels, stockFingerprints[entryIndex] != 0 {
                try body(.stock(pair, fingerprint: stockFingerprints[entryIndex]))
            }
        }
        for (product, fingerprint) in rollupFingerprints {
            try body(.rollup(product, fingerprint: fingerprint))
        }
    }
}
