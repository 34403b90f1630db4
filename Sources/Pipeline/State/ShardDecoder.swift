import Inventory
import Wire

/// Decodes input for shards. Where a shard takes no more new texts as ids, they get no number either, so a producer
/// that invents ids cannot fill the memory with rejected events.
struct ShardDecoder {
    let usual: InputDecoder
    private let withoutNewNames: InputDecoder

    init(_ settings: PipelineSettings) {
        func decoder(_ ids: IDs) -> InputDecoder {
            InputDecoder(
                signs: SignTable(settings.eventTypes), unknownType: settings.unknownType, ids: ids,
                format: settings.inputFormat)
        }
        usual = decoder(settings.ids)
        withoutNewNames = settings.ids.areNumbers ? usual : decoder(settings.ids.withoutNewNames)
    }

    /// The decoder for a shard as it stands.
    @inline(__always)
    func callAsFunction(_ shard: Shard) -> InputDecoder {
        shard.aggregate.isFullOfNames ? withoutNewNames : usual
    }

    /// Decodes a lone message: to copy the decoder for each costs more than a tenth of a replay.
    @inline(__always)
    func decode(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, for shard: Shard
    ) throws(BadEvent) -> InputMessage {
        shard.aggregate.isFullOfNames
            ? try withoutNewNames.decode(key: key, value: value) : try usual.decode(key: key, value: value)
    }
}
