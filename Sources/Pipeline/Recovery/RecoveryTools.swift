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

    func emptyAggregate(inputs: Int) -> Aggregate {
        Aggregate(
            inputs: inputs, dedupeWindow: settings.dedupeWindow, catalog: catalog, outputs: settings.outputs,
            ids: settings.ids)
    }
}
