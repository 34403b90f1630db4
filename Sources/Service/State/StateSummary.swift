public import Inventory
import Wire

/// What one partition of the state topic holds, counted record by record.
public struct StateSummary: Sendable {
    public let partition: Partition
    /// The newest barrier of the input partition of the same number.
    public private(set) var barrier: Offset?
    /// The newest committed offset of the input partition of the same number.
    public private(set) var position: Offset?
    /// The release that wrote the newest barrier.
    public private(set) var release: String?
    /// Records in the log, those that newer ones replace included: what a recovery reads.
    public private(set) var records = 0
    /// Bytes of the keys and values of those records.
    public private(set) var bytes = 0
    private var bucketSizes: [UInt32: Int] = [:]
    private var seenPlaces: Set<UInt64> = []
    private var alerts: [Pair: Bool] = [:]
    private var liveBytesByKey: [[UInt8]: Int] = [:]

    init(partition: Partition) { self.partition = partition }

    /// Cells of the newest record of each bucket.
    public var cells: Int { bucketSizes.values.reduce(0, +) }
    /// Pairs whose alert was ever published.
    public var ledgerEntries: Int { alerts.count }
    /// Those whose alert stands now.
    public var openAlerts: Int { alerts.values.count { $0 } }
    public var seenChunks: Int { seenPlaces.count }
    /// Records that compaction would keep.
    public var liveRecords: Int { liveBytesByKey.count }
    /// Bytes of the records that compaction would keep.
    public var liveBytes: Int { liveBytesByKey.values.reduce(0, +) }

    mutating func add(
        _ record: StateRecord?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        let size = (key?.count ?? 0) + (value?.count ?? 0)
        records += 1
        bytes += size
        let identity = key.map { Array($0) } ?? []
        guard let record else { return remove(identity) }
        liveBytesByKey[identity] = size
        switch record {
        case .cells(let bucket, let cells): bucketSizes[bucket] = cells.count
        case .seen(let input, let place, _): seenPlaces.insert(Self.seenPlace(input, place))
        case .barrier(let newer) where newer.partition == partition:
            barrier = newer.offset
            release = newer.release
        case .position(let input, let offset) where input == partition: position = offset
        case .alert(let pair, let entry): alerts[pair] = entry.severity != nil
        case .barrier, .position, .stockFingerprint, .rollupFingerprint, .movements, .movementLog,
            .referenceRefused:
            break
        }
    }

    private mutating func remove(_ key: [UInt8]) {
        liveBytesByKey[key] = nil
        switch key.withUnsafeBytes({ StateRecord.Name(key: $0) }) {
        case .cells(let bucket): bucketSizes[bucket] = nil
        case .seen(let input, let place): seenPlaces.remove(Self.seenPlace(input, place))
        case .barrier(partition)?: barrier = nil
        case .position(partition)?: position = nil
        case .barrier, .position, .movements, .other, nil: break
        }
    }

    private static func seenPlace(_ input: Partition, _ place: UInt32) -> UInt64 {
        UInt64(UInt32(bitPattern: input.rawValue)) << 32 | UInt64(place)
    }
}
