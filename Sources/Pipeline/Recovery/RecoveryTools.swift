import Inventory
import Wire

/// What every part of a recovery needs.
struct RecoveryTools<S: TopicSource> {
    let session: S
    let settings: PipelineSettings
    let catalog: Catalog
    let decoder: ShardDecoder
    let telemetry: Telemetry

    func replay(_ shard: Shard, to targets: [Offset]) -> InputReplay<S> {
        InputReplay(
            session: session, settings: settings, decoder: decoder, telemetry: telemetry, shard: shard,
            targets: targets)
    }

    /// The history of a shard that is recovered; nil where none is kept.
    ///
    /// Each shard has an equal part of the changes, so that no process keeps more, whichever it is assigned.
    func history(_ placement: StatePlacement, checkpointsMs: [Int64?]) -> HistoryWriter? {
        let shards = placement.keyedBy == .product ? placement.statePartitionCount : 1
        let limit = settings.historyChanges / shards
        return limit > 0 ? HistoryWriter(limit: limit, checkpointsMs: checkpointsMs) : nil
    }

    func emptyAggregate(inputs: Int) -> Aggregate {
        Aggregate(
            inputs: inputs, dedupeWindow: settings.dedupeWindow, catalog: catalog, outputs: settings.outputs,
            ids: settings.ids)
    }
}
