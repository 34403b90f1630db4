public import Inventory

/// A record of the state topic. Its key says what it is of, so that compaction keeps the newest of each.
public enum StateRecord: Equatable, Sendable {
    /// A bucket of cells, whole.
    case cells(bucket: UInt32, [CellImage], Stamp = .first)
    /// A chunk of the event ids applied from an input partition; `place` names it in the ring.
    case seen(Partition, place: UInt32, SeenChunk, Stamp = .first)
    /// Cells and seen ids stand for the input up to here.
    case barrier(Barrier)
    /// The input offset that was committed with the transaction this record is part of.
    case position(Partition, Offset)
    /// What was last published of a pair's alert.
    case alert(Pair, LedgerEntry)
    /// The digest of a pair's published stock row; 0 for none.
    case stockFingerprint(Pair, UInt64)
    /// The digest of a product's published rollup row; 0 for none.
    case rollupFingerprint(ProductID, UInt64)
    /// What the events of 64 ids moved; only where rows of the events table change.
    case movements(MovementImages, Stamp = .first)
    /// The checkpoint's movements are complete.
    case movementLog(MovementLogSummary)
    /// What does not decode of a reference topic's partition is in the dead letters up to here.
    case referenceRefused(ReferenceKind, Partition, Offset)
    /// What is about to be published without transactions.
    case intent(Intent)
}

/// What makes the movements of a checkpoint a movement log.
public struct MovementLogSummary: Equatable, Sendable {
    /// The shard's first input partition.
    public var partition: Partition
    /// The offset of that partition's barrier: a log of another time is none.
    public var offset: Offset
    /// Events in it, to notice a chunk that is missing.
    public var count: UInt64
    /// The newest truncation that was applied.
    public var truncated: RowVersion?
    public var stamp: Stamp
    /// The sum over all of its events; nil where an earlier release wrote it.
    public var digest: UInt64?

    public init(
        partition: Partition, offset: Offset, count: UInt64, truncated: RowVersion?, stamp: Stamp = .first,
        digest: UInt64? = nil
    ) {
        self.digest = digest
        self.partition = partition
        self.offset = offset
        self.count = count
        self.truncated = truncated
        self.stamp = stamp
    }
}

/// What makes the records of a checkpoint a checkpoint.
public struct Barrier: Equatable, Sendable {
    public var partition: Partition
    /// Where the partition's history begins for stockd: nothing before it was ever counted.
    public var base: Offset
    /// The next input offset: everything from the base to before it is in the cells.
    public var offset: Offset
    public var highestID: Int64?
    /// How many cells the shard has, to notice a bucket that is missing.
    public var cellCount: UInt32
    /// How many chunks of seen ids the partition has, and how many pairs of the shard ever had an alert: both
    /// only grow. Barriers of version 1 vouch for none.
    public var seenChunkCount: UInt32
    public var alertCount: UInt32
    /// The settings that shaped the state, `name=value` lines.
    public var settings: String
    /// The release that wrote it.
    public var release: String
    public var stamp: Stamp
    /// The barriers of this generation: it is whole when so many are there.
    public var laneCount: UInt32
    /// The sum over the names and generations of the shard's records of cells and seen ids.
    public var digest: UInt64

    public init(
        partition: Partition, base: Offset, offset: Offset, highestID: Int64?, cellCount: UInt32,
        seenChunkCount: UInt32 = 0, alertCount: UInt32 = 0, settings: String, release: String,
        stamp: Stamp = .first, laneCount: UInt32 = 0, digest: UInt64 = 0
    ) {
        self.stamp = stamp
        self.laneCount = laneCount
        self.digest = digest
        self.partition = partition
        self.base = base
        self.offset = offset
        self.highestID = highestID
        self.cellCount = cellCount
        self.seenChunkCount = seenChunkCount
        self.alertCount = alertCount
        self.settings = settings
        self.release = release
    }
}

/// Why a record of the state topic cannot be read.
public enum StateRecordError: Error, Equatable, Sendable {
    case truncated
    /// Not a key that any release of stockd wrote: the topic is somebody else's.
    case foreign
    /// Written by a newer release, which left its name in the newest barrier.
    case unknownVersion(UInt8, kind: Character, release: String?)
}

extension StateRecord {
    /// The version of the layout of what checkpoints hold; a value's first byte is its own.
    public static let version: UInt8 = 3

    /// The version that this record is written in: without a generation, the last that had none.
    var layout: UInt8 {
        guard stamp?.isFirst == false else { return name.kind == .barrier ? 2 : 1 }
        if case .movementLog(let summary) = self, summary.digest != nil { return Kind.movementLog.newest }
        return Self.version
    }

    /// The first byte of a key.
    enum Kind: UInt8 {
        case alert = 0x41  // A
        case barrier = 0x42  // B
        case cells = 0x43  // C
        case referenceRefused = 0x46  // F
        case intent = 0x49  // I
        case movements = 0x4D  // M
        case movementLog = 0x4E  // N
        case position = 0x50  // P
        case rollupFingerprint = 0x52  // R
        case seen = 0x53  // S
        case stockFingerprint = 0x4C  // L

        /// The newest version of this kind's layout; older ones are read as well.
        var newest: UInt8 {
            switch self {
            case .movementLog: 4
            case .barrier, .cells, .movements, .seen: StateRecord.version
            case .alert, .referenceRefused, .intent, .position, .rollupFingerprint, .stockFingerprint: 1
            }
        }
    }
}
