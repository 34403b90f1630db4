import Inventory
import Wire

/// What every part of a recovery needs.
struct RecoveryTools<L: Log> {
    let log: L
    let settings: PipelineSettings
    let catalog: Catalog
    let decoder: InputDecoder
    let telemetry: Telemetry

    func replay(_ shard: Shard, to targets: [Offset]) -> InputReplay<L> {
        InputReplay(
            log: log, settings: settings, decoder: decoder, telemetry: telemetry, shard: shard,
            targets: targets)
    }

    func emptyAggregate(inputs: Int) -> Aggregate {
        Aggregate(
            lanes: inputs, dedupeWindow: settings.dedupeWindow, catalog: catalog, outputs: settings.outputs)
    }
}
