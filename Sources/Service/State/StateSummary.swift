public import Inventory
import Wire

/// What one partition of the state topic holds, counted record by record.
public struct StateSummary: Sendable {
    public let partition: Partition
    /// The checkpoint's offset of the input partition of the same number.
    public private(set) var checkpoint: Offset?
    /// The committed offset of the input partition of the same number.
    public private(set) var position: Offset?
    /// Stock entries in this partition.
    public var entries: Int { entryCounts.values.reduce(0, +) }
    /// Buckets of remembered event ids in this partition.
    public var idBuckets: Int { idKeys.count }
    /// Pairs whose alert was ever published.
    public var publishedAlerts: Int { alerts.count }
    /// Pairs with an open alert.
    public var openAlerts: Int { alerts.values.count { $0 } }
    /// Records in the log, those that newer ones replace included: what a recovery reads.
    public private(set) var records = 0
    /// Bytes of the keys and values of those records.
    public private(set) var bytes = 0
    /// Records that compaction would keep.
    public var liveRecords: Int { liveBytesByKey.count }
    /// Bytes of the records that compaction would keep.
    public var liveBytes: Int { liveBytesByKey.values.reduce(0, +) }

    private var entryCounts: [StateRecord.Key: Int] = [:]
    private var idKeys: Set<StateRecord.Key> = []
    private var checkpoints: [Partition: Offset] = [:]
    private var positions: [Partition: Offset] = [:]
    private var alerts: [Pair: Bool] = [:]
    private var liveBytesByKey: [[UInt8]: Int] = [:]

    init(partition: Partition) { self.partition = partition }

    mutating func add(
        _ record: StateRecord?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, _ ids: IDs
    ) {
        let size = (key?.count ?? 0) + (value?.count ?? 0)
        records += 1
        bytes += size
        let identity = key.map { Array($0) } ?? []
        liveBytesByKey[identity] = record == nil ? nil : size
        guard let name = record?.key ?? StateRecord.Key(key, ids) else { return }
        switch record {
        case .entries(_, let entries): entryCounts[name] = entries.count
        case .ids: idKeys.insert(name)
        case .checkpoint(let found): checkpoints[found.partition] = found.offset
        case .position(let input, let offset): positions[input] = offset
        case .alert(let pair, let alert): alerts[pair] = alert.level != nil
        case .movements, .stockFingerprint, .rollupFingerprint, .referenceRejected, .former: break
        case nil: remove(name)
        }
    }

    private mutating func remove(_ key: StateRecord.Key) {
        entryCounts[key] = nil
        idKeys.remove(key)
        switch key {
        case .checkpoint(let input): checkpoints[input] = nil
        case .position(let input): positions[input] = nil
        case .alert(let pair): alerts[pair] = nil
        default: break
        }
    }

    /// Gives each state partition the offsets of the input partition of its number, whichever partition holds them.
    static func assignOffsets(_ summaries: inout [StateSummary]) {
        let checkpoints = summaries.reduce(into: [:]) { $0.merge($1.checkpoints) { max($0, $1) } }
        let positions = summaries.reduce(into: [:]) { $0.merge($1.positions) { max($0, $1) } }
        for index in summaries.indices {
            summaries[index].checkpoint = checkpoints[summaries[index].partition]
            summaries[index].position = positions[summaries[index].partition]
        }
    }
}
