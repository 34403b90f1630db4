public import Inventory
import Wire

/// What one partition of the state topic holds, counted record by record.
public struct StateSummary: Sendable {
    public let partition: Partition
    /// The newest barrier of the input partition of the same number.
    public private(set) var barrier: Offset?
    /// The newest committed offset of the input partition of the same number, wherever it lies.
    public private(set) var position: Offset?
    /// The settings of the newest barrier.
    private var settings: String?
    /// The positions that lie here; nil for one that was deleted.
    private var positions: [Partition: Offset?] = [:]
    /// The release that wrote the newest barrier.
    public private(set) var release: String?
    /// Records in the log, those that newer ones replace included: what a recovery reads.
    public private(set) var records = 0
    /// Bytes of the keys and values of those records.
    public private(set) var bytes = 0
    private var bucketSizes: [UInt32: Int] = [:]
    private var seenPlaces: Set<UInt64> = []
    /// The ledger's entries that lie here and whether the alert stands; nil for one that was deleted.
    private var alerts: [Pair: Bool?] = [:]
    private var liveBytesByKey: [[UInt8]: Int] = [:]

    init(partition: Partition) { self.partition = partition }

    /// Cells of the newest record of each bucket.
    public var cells: Int { bucketSizes.values.reduce(0, +) }
    /// Pairs whose alert was ever published.
    public var ledgerEntries: Int { alerts.values.count { $0 != nil } }
    /// Those whose alert stands now.
    public var openAlerts: Int { alerts.values.count { $0 == true } }
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
        case .cells(let bucket, let cells, _): bucketSizes[bucket] = cells.count
        case .seen(let input, let place, _, _): seenPlaces.insert(Self.seenPlace(input, place))
        case .barrier(let newer) where newer.partition == partition:
            barrier = newer.offset
            release = newer.release
            settings = newer.settings
        case .position(let input, let offset): positions[input] = .some(offset)
        case .alert(let pair, let entry): alerts[pair] = .some(entry.severity != nil)
        case .barrier, .stockFingerprint, .rollupFingerprint, .movements, .movementLog,
            .referenceRefused:
            break
        }
    }

    private mutating func remove(_ key: [UInt8]) {
        liveBytesByKey[key] = nil
        switch key.withUnsafeBytes({ StateRecord.Key($0)?.name }) {
        case .cells(let bucket): bucketSizes[bucket] = nil
        case .seen(let input, let place): seenPlaces.remove(Self.seenPlace(input, place))
        case .barrier(partition)?: barrier = nil
        case .position(let input): positions[input] = .some(nil)
        case .alert(let pair): alerts[pair] = .some(nil)
        case .barrier, .stockFingerprint, .rollupFingerprint, .movements, .movementLog, .referenceRefused,
            nil:
            break
        }
    }

    /// Counts each record of the ledger once, where it counts, when all partitions are read.
    ///
    /// Keyed by product it is where it lies. Otherwise it is in the first partition; what earlier releases left in
    /// another counts as long as none of its name is there.
    static func settle(_ summaries: inout [StateSummary]) {
        let isKeyed = summaries.contains { $0.settings?.contains("input.keyed_by=product") == true }
        guard !isKeyed, let first = summaries.first else {
            for index in summaries.indices {
                summaries[index].position = summaries[index].positions[summaries[index].partition] ?? nil
            }
            return
        }
        for index in summaries.indices {
            let input = summaries[index].partition
            summaries[index].position = (first.positions[input] ?? summaries[index].positions[input]) ?? nil
            guard index > 0 else { continue }
            summaries[index].alerts = summaries[index].alerts.filter { first.alerts[$0.key] == nil }
        }
    }

    private static func seenPlace(_ input: Partition, _ place: UInt32) -> UInt64 {
        UInt64(UInt32(bitPattern: input.rawValue)) << 32 | UInt64(place)
    }
}
