public import Inventory
import Wire

/// What one partition of the state topic holds, counted record by record.
public struct StateSummary: Sendable {
    public let partition: Partition
    /// The barrier of the input partition of the same number, of the newest whole checkpoint.
    public private(set) var barrier: Offset?
    /// The newest whole checkpoint; 0 where no release counted them, nil where there is none.
    public private(set) var generation: UInt64?
    /// Records of checkpoints beyond it: one is being written, or was given up.
    public private(set) var unfinished = 0
    /// The newest committed offset of the input partition of the same number, wherever it lies.
    public private(set) var position: Offset?
    /// The settings of the newest barrier.
    private var settings: String?
    /// The positions that lie here; nil for one that was deleted.
    private var positions: [Partition: Offset?] = [:]
    /// The release that wrote the barrier.
    public private(set) var release: String?
    /// Cells of the whole checkpoint that lie here.
    public private(set) var cells = 0
    /// Its chunks of seen ids.
    public private(set) var seenChunks = 0
    /// Records in the log, those that newer ones replace included: what a recovery reads.
    public private(set) var records = 0
    /// Bytes of the keys and values of those records.
    public private(set) var bytes = 0
    /// Both records of each name of checkpoints: the generation, and the cells of a bucket.
    private var checkpoint: [StateRecord.Key: (generation: UInt64, cells: Int)] = [:]
    private var barriers: [StateRecord.Key: Barrier] = [:]
    /// The ledger's entries that lie here and whether the alert stands; nil for one that was deleted.
    private var alerts: [Pair: Bool?] = [:]
    private var liveBytesByKey: [[UInt8]: Int] = [:]

    init(partition: Partition) { self.partition = partition }

    /// Pairs whose alert was ever published.
    public var ledgerEntries: Int { alerts.values.count { $0 != nil } }
    /// Those whose alert stands now.
    public var openAlerts: Int { alerts.values.count { $0 == true } }
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
        if let stamp = record.stamp {
            var count = 0
            if case .cells(_, let cells, _) = record { count = cells.count }
            checkpoint[record.key] = (stamp.generation, count)
        }
        switch record {
        case .barrier(let barrier):
            barriers[record.key] = barrier
            if barrier.partition == partition { settings = barrier.settings }
        case .position(let input, let offset): positions[input] = .some(offset)
        case .alert(let pair, let entry): alerts[pair] = .some(entry.severity != nil)
        case .cells, .seen, .stockFingerprint, .rollupFingerprint, .movements, .movementLog,
            .referenceRefused, .intent:
            break
        }
    }

    private mutating func remove(_ key: [UInt8]) {
        liveBytesByKey[key] = nil
        guard let key = key.withUnsafeBytes({ StateRecord.Key($0) }) else { return }
        checkpoint[key] = nil
        barriers[key] = nil
        switch key.name {
        case .position(let input): positions[input] = .some(nil)
        case .alert(let pair): alerts[pair] = .some(nil)
        case .barrier, .cells, .seen, .stockFingerprint, .rollupFingerprint, .movements, .movementLog,
            .referenceRefused, .intent:
            break
        }
    }

    /// Counts what the newest whole checkpoint has, whose barriers are these.
    private mutating func settle(_ barriers: [Barrier]) {
        let generations = Dictionary(grouping: barriers) { $0.stamp.generation }
        let whole = generations.filter { $0.key == 0 || $0.value.count == Int($0.value[0].laneCount) }
        generation = whole.keys.max()
        let own = whole[generation ?? 0]?.first { $0.partition == partition }
        barrier = own?.offset
        release = own?.release
        let counted = checkpoint.filter { $0.value.generation <= generation ?? 0 }
        unfinished = checkpoint.count - counted.count
        // Of two the newer one counts.
        let names = Dictionary(counted.map { ($0.key.name, $0.value) }) {
            $0.generation > $1.generation ? $0 : $1
        }
        cells = names.values.reduce(0) { $0 + $1.cells }
        seenChunks = names.keys.count { if case .seen = $0 { true } else { false } }
    }

    /// Counts each record once, where it counts, when all partitions are read.
    ///
    /// Keyed by product it is where it lies. Otherwise it is in the first partition; what earlier releases left in
    /// another counts as long as none of its name is there.
    static func settle(_ summaries: inout [StateSummary]) {
        let isKeyed = summaries.contains { $0.settings?.contains("input.keyed_by=product") == true }
        let barriers = summaries.map { Array($0.barriers.values) }
        for index in summaries.indices {
            summaries[index].settle(isKeyed ? barriers[index] : Array(barriers.joined()))
        }
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
}
