public import Inventory

/// A record of the state topic. Its key says what it is of, so that compaction keeps the newest of each.
///
/// Format 1. A key is the kind's byte and what the kind is of; a value begins with the version. Integers are fixed
/// width, little end first; a text is its length in four bytes and its UTF-8.
///
/// | kind | record | key | value |
/// | --- | --- | --- | --- |
/// | `E` | a bucket of stock entries | bucket, 4 | kinds, 1; a pair, its stock, time and count of events, 28 each |
/// | `I` | a bucket of event ids | partition, 4; set, 1; bucket, 2 | set, 8; bitmaps; texts, 16 each; ids, 8 each |
/// | `M` | what the events of 64 ids moved | number, 8; of texts 8 more | which are known, 8; each movement |
/// | `C` | the checkpoint of an input partition | partition, 4 | `CheckpointRecord` |
/// | `P` | the position of an input partition | partition, 4 | offset, 8 |
/// | `A` | what was last published of a pair's alert | kinds, 1; pair, 8 | `PublishedAlert` |
/// | `L` | the published row of the stock table | kinds, 1; pair, 8 | fingerprint, 8 |
/// | `R` | the published row of the rollup | kinds, 1; product, 4 | fingerprint, 8 |
/// | `F` | how far rejected reference rows were sent | table, 1; partition, 4 | offset, 8 |
///
/// Kinds say which ids are texts: 1 of the product, 2 of the warehouse. Such an id is its length in one byte and its
/// UTF-8, instead of four bytes. An event id that is a text is its hash.
public enum StateRecord: Equatable, Sendable {
    /// A bucket of stock entries, whole.
    case entries(bucket: UInt32, [StoredEntry])
    /// A bucket of the event ids that an input partition remembers.
    case ids(Partition, IDBucket)
    /// What the events of 64 ids moved; only where rows of the events table change.
    case movements(MovementImages)
    /// Says that a checkpoint is whole, and as of which offset.
    case checkpoint(CheckpointRecord)
    /// The input offset that was committed with the transaction this record is part of.
    case position(Partition, Offset)
    /// What was last published of a pair's alert.
    case alert(Pair, PublishedAlert)
    /// The fingerprint of a pair's published stock row; 0 for none.
    case stockFingerprint(Pair, UInt64)
    /// The fingerprint of a product's published rollup row; 0 for none.
    case rollupFingerprint(ProductID, UInt64)
    /// Rejected rows of a reference topic's partition are in the dead letters up to here.
    case referenceRejected(ReferenceKind, Partition, Offset)
    /// A record whose ids are of another kind than they are now; nil for a bucket of stock entries.
    case former(Key, FormerRow?)
}

/// Says that a checkpoint is whole, and as of which offset. There is one for each input partition.
public struct CheckpointRecord: Equatable, Sendable {
    public var partition: Partition
    /// The first offset that stockd counts of the partition.
    public var base: Offset
    /// The next input offset: everything from `base` up to it is counted.
    public var offset: Offset
    /// Counts of the shard, to notice that part of the state topic was deleted.
    public var pairs: UInt32
    public var publishedAlerts: UInt32
    public var movements: UInt64
    /// The newest truncation of the events table that was applied.
    public var truncated: RowVersion?
    public var dedupe: DedupeSummary
    /// The settings that shape the state, `name=value` lines.
    public var settings: String
    /// The release that wrote it.
    public var release: String

    public init(
        partition: Partition, base: Offset, offset: Offset, pairs: UInt32 = 0, publishedAlerts: UInt32 = 0,
        movements: UInt64 = 0, truncated: RowVersion? = nil, dedupe: DedupeSummary, settings: String,
        release: String
    ) {
        self.partition = partition
        self.base = base
        self.offset = offset
        self.pairs = pairs
        self.publishedAlerts = publishedAlerts
        self.movements = movements
        self.truncated = truncated
        self.dedupe = dedupe
        self.settings = settings
        self.release = release
    }
}

/// Why a record of the state topic cannot be read.
public enum StateRecordError: Error, Equatable, Sendable {
    case truncated
    /// Not a key that any release of stockd wrote: the topic is somebody else's.
    case foreign
    /// Written by a newer release, which a checkpoint record names.
    case unknownVersion(UInt8, kind: Character, release: String?)
}

extension StateRecord {
    /// The version of the state format, the first byte of every value.
    static let version: UInt8 = 1

    /// The first byte of a key.
    enum Kind: UInt8 {
        case alert = 0x41  // A
        case checkpoint = 0x43  // C
        case entries = 0x45  // E
        case referenceRejected = 0x46  // F
        case ids = 0x49  // I
        case stockFingerprint = 0x4C  // L
        case movements = 0x4D  // M
        case position = 0x50  // P
        case rollupFingerprint = 0x52  // R
    }

    /// What identifies a record.
    public enum Key: Hashable, Sendable {
        case entries(bucket: UInt32)
        /// Whether the set's number is odd: a later set reuses the keys of the one before the last.
        case ids(Partition, isOddSet: Bool, bucket: UInt16)
        case movements(EventBlock)
        case checkpoint(Partition)
        case position(Partition)
        case alert(Pair)
        case stockFingerprint(Pair)
        case rollupFingerprint(ProductID)
        case referenceRejected(ReferenceKind, Partition)
        /// The bytes of a key whose ids are of another kind than they are now.
        case former([UInt8])

        /// Only checkpoints write it; any transaction may write the rest.
        public var isOfCheckpoint: Bool {
            switch self {
            case .entries, .ids, .movements, .checkpoint: true
            case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRejected, .former: false
            }
        }
    }

    public var key: Key {
        switch self {
        case .entries(let bucket, _): .entries(bucket: bucket)
        case .ids(let input, let bucket):
            .ids(input, isOddSet: bucket.set % 2 == 1, bucket: bucket.bucket)
        case .movements(let images): .movements(images.block)
        case .checkpoint(let record): .checkpoint(record.partition)
        case .position(let input, _): .position(input)
        case .alert(let pair, _): .alert(pair)
        case .stockFingerprint(let pair, _): .stockFingerprint(pair)
        case .rollupFingerprint(let product, _): .rollupFingerprint(product)
        case .referenceRejected(let table, let partition, _): .referenceRejected(table, partition)
        case .former(let key, _): key
        }
    }
}
