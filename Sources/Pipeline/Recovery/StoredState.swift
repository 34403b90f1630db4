import Inventory
import Wire

/// What the state topic holds besides stock entries and movements.
struct StoredState {
    var checkpoints: [Partition: CheckpointRecord] = [:]
    /// The input offsets that the newest transaction carried.
    var positions: [Partition: Offset] = [:]
    /// When the newest record of each input partition's offset was written, in milliseconds since the epoch.
    private(set) var writtenMs: [Partition: Int64] = [:]
    /// When the checkpoint of each input partition was written, in milliseconds since the epoch.
    private var checkpointMs: [Partition: Int64] = [:]
    private(set) var alerts: [Pair: PublishedAlert] = [:]
    private(set) var stockFingerprints: [Pair: UInt64] = [:]
    private(set) var rollupFingerprints: [ProductID: UInt64] = [:]
    private(set) var referenceRejected = ReferenceOffsets()
    private var ids: [Partition: [StateRecord.Key: IDBucket]] = [:]
    /// How many stock entries each bucket has.
    private var entryCounts: [UInt32: Int] = [:]

    /// Takes a record that is newer than what is known of its key; nil for one that was deleted.
    mutating func take(_ key: StateRecord.Key, _ record: StateRecord?, _ writtenMs: Int64?) {
        guard let record else { return remove(key) }
        switch record {
        case .entries(let bucket, let entries): entryCounts[bucket] = entries.count
        case .ids(let input, let bucket): ids[input, default: [:]][key] = bucket
        case .movements: break
        case .checkpoint(let checkpoint):
            checkpoints[checkpoint.partition] = checkpoint
            checkpointMs[checkpoint.partition] = writtenMs
            note(writtenMs, of: checkpoint.partition)
        case .position(let input, let offset):
            positions[input] = offset
            note(writtenMs, of: input)
        case .alert(let pair, let alert): alerts[pair] = alert
        case .stockFingerprint(let pair, let fingerprint): stockFingerprints[pair] = fingerprint
        case .rollupFingerprint(let product, let fingerprint): rollupFingerprints[product] = fingerprint
        case .referenceRejected(let table, let partition, let offset):
            referenceRejected[table, partition] = offset
        case .former: break
        }
    }

    private mutating func remove(_ key: StateRecord.Key) {
        switch key {
        case .entries(let bucket): entryCounts[bucket] = nil
        case .ids(let input, _, _): ids[input]?[key] = nil
        case .movements: break
        case .checkpoint(let input): checkpoints[input] = nil
        case .position(let input): positions[input] = nil
        case .alert(let pair): alerts[pair] = nil
        case .stockFingerprint(let pair): stockFingerprints[pair] = nil
        case .rollupFingerprint(let product): rollupFingerprints[product] = nil
        case .referenceRejected(let table, let partition):
            referenceRejected[table, partition] = Offset(0)
        case .former: break
        }
    }

    /// Adds the offsets and settings of another part of the state.
    mutating func mergeOffsets(_ other: StoredState) {
        checkpoints.merge(other.checkpoints) { $1 }
        positions.merge(other.positions) { max($0, $1) }
        for (input, timeMs) in other.writtenMs { note(timeMs, of: input) }
        for (table, partition, offset) in other.referenceRejected.all {
            referenceRejected.raise(table, partition, to: offset)
        }
    }

    private mutating func note(_ timeMs: Int64?, of input: Partition) {
        if let timeMs { writtenMs[input] = max(timeMs, writtenMs[input] ?? timeMs) }
    }

    /// When the checkpoint was written that an input is read from; nil if that is the first record to count.
    func checkpointMs(of input: Shard.Input) -> Int64? {
        input.next > input.base ? checkpointMs[input.partition] : nil
    }

    /// The buckets of event ids of an input partition, those of dropped sets included.
    func ids(of input: Partition) -> [IDBucket] { ids[input].map { Array($0.values) } ?? [] }

    /// Stock entries in the buckets that a checkpoint of so many pairs has.
    func entryCount(ofPairs pairs: Int) -> Int {
        let size = Aggregate.entriesPerBucket
        return (0..<(pairs + size - 1) / size).reduce(0) { count, bucket in
            count + min(size, pairs - bucket * size, entryCounts[UInt32(bucket)] ?? 0)
        }
    }

    var hasEntries: Bool { !entryCounts.isEmpty }

    /// Whether the state was written with another `input.topic` or `input.keyed_by`. Keyed by product, entries and
    /// their checkpoint record share a partition; otherwise the record may be in another one.
    func isOfOtherInput(than settings: PipelineSettings) -> Bool {
        if checkpoints.isEmpty { return settings.keyedBy == .product && hasEntries }
        return checkpoints.values.contains {
            $0.setting("input.topic") != settings.inputTopic
                || $0.setting("input.keyed_by") != settings.keyedBy.rawValue
        }
    }

    /// Input partitions that do not exist any more, though their events were counted.
    func vanished(_ inputs: [Partition]) -> [Partition] {
        checkpoints.keys.filter { !inputs.contains($0) }.sorted()
    }
}
