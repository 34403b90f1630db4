public import Inventory
public import Wire

/// What the state topic holds as of one moment, for a comparison with what the log gives.
public struct StateCut {
    var survey = StateSurvey()

    public init() {}

    /// Takes a record that is newer than what is known of its key; nil for one that was deleted.
    public mutating func take(_ key: StateRecord.Key, _ record: StateRecord?, in partition: Partition) {
        survey.take(key, record, nil, in: partition)
    }

    /// The checkpoints, by input partition.
    public var checkpoints: [Partition: CheckpointRecord] { survey.offsets.checkpoints }

    /// The number of each pair's last incident.
    public var incidents: [Pair: UInt32] { survey.alerts.mapValues { $0.map(\.1.incident).max() ?? 0 } }

    /// The committed offsets, by input partition.
    public var positions: [Partition: Offset] { survey.offsets.positions }
}

extension EventReplay {
    /// The input partitions of each shard.
    public var shardPartitions: [[Partition]] { live.shards.map(\.partitions) }

    /// Compares the stock entries of a shard, which must stand at the offsets of the checkpoint.
    /// - Parameter differs: called with each pair whose stock, time or count of events differs.
    /// - Returns: how many pairs there are.
    public func compareEntries(
        ofShard index: Int, with state: StateCut,
        _ differs: (Pair, _ stored: StoredEntry?, _ recomputed: StoredEntry?) -> Void
    ) -> Int {
        let shard = live.shards[index]
        var recomputed: [StoredEntry] = []
        shard.aggregate.forEachEntry { recomputed.append($0) }
        let stored = holdsAll ? state.survey.entryImages : state.survey.entryImages(in: shard.partitions[0])
        return RebuildAudit(stored).compare(with: recomputed, differs)
    }

    /// Compares what was published with the rows, which must stand at the committed offsets.
    /// - Parameter differs: called with what would have to be published, so that the published rows were right.
    /// - Returns: how many published rows there are.
    public func comparePublished(with state: StateCut, _ differs: (OutputChange) -> Void) -> Int {
        var count = 0
        for shard in live.shards {
            // Keyed by product, a state partition belongs to one shard; otherwise the first has all that is published.
            let stored = state.survey.state(in: holdsAll ? Partition(0) : shard.partitions[0])
            for (pair, alert) in stored.alerts { shard.aggregate.restore(alert, of: pair) }
            for (pair, fingerprint) in stored.stockFingerprints {
                shard.aggregate.restore(stockFingerprint: fingerprint, of: pair)
            }
            for (product, fingerprint) in stored.rollupFingerprints {
                shard.aggregate.restore(rollupFingerprint: fingerprint, of: product)
            }
            count += stored.alerts.count + stored.stockFingerprints.count + stored.rollupFingerprints.count
            shard.aggregate.markEverythingPending()
            shard.aggregate.consolidate(differs)
            shard.commit(withCheckpoint: false)
        }
        return count
    }

    /// Whether one shard has all input partitions.
    private var holdsAll: Bool { live.placement.keyedBy == .none }

    /// The stock entry of a pair, nil when it has no events.
    public func entry(of pair: Pair) -> StoredEntry? {
        for shard in live.shards { if let entry = shard.aggregate.entry(of: pair) { return entry } }
        return nil
    }

    /// The stock entry of a pair in the shard of an input partition.
    public func entry(of pair: Pair, in partition: Partition) -> StoredEntry? {
        live.shard(of: partition)?.aggregate.entry(of: pair)
    }

    public func forEachStockRow(ofShard index: Int, _ body: (StockRow) -> Void) {
        live.shards[index].aggregate.forEachStockRow(body)
    }

    public func forEachRollupRow(ofShard index: Int, _ body: (RollupRow) -> Void) {
        live.shards[index].aggregate.forEachRollupRow(body)
    }
}
