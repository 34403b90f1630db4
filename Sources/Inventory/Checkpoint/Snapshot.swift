/// What a checkpoint says of a shard besides its records, as of the snapshot's instant.
public struct SnapshotFacts: Equatable, Sendable {
    public var pairCount: Int
    /// By lane.
    public var highestIDs: [Int64?]
    /// Chunks of seen ids, by lane.
    public var seenChunkCounts: [Int]
    /// Pairs that ever had an alert.
    public var publishedAlertCount: Int
    public var followsRows: Bool
    public var movementCount: Int
    public var movementDigest: UInt64
    public var truncated: RowVersion?
}

/// A record of a checkpoint; its slot is the one that the last whole checkpoint does not have.
public enum SnapshotRecord {
    case cells(bucket: UInt32, [CellImage], slot: UInt8)
    case seen(SeenPlace, SeenChunk, slot: UInt8)
    case movements(MovementImages, slot: UInt8)
}

/// The state of a shard at one instant, written piece by piece while the shard goes on.
///
/// It holds the names of what changed since the last checkpoint, and copies only of what a later transaction was
/// about to change before it was written: the rest is still what it was.
struct Snapshot {
    let facts: SnapshotFacts
    let buckets: [UInt32]
    let places: [SeenPlace]
    /// Blocks of the movement log, by number.
    let blocks: [Int64]
    /// The transaction it was taken in has committed; before that, what is there is the image.
    var isAnchored = false
    /// So many records are committed, and so many handed out, those of the open transaction included.
    private(set) var written = 0
    private(set) var given = 0

    var cellCopies: [UInt32: [CellImage]] = [:]
    var seenCopies: [SeenPlace: SeenChunk] = [:]
    var movementCopies: [Int64: MovementImages] = [:]
    private var isWaiting: [Bool]
    private var waitingPlaces: Set<SeenPlace>
    private var waitingBlocks: Set<Int64>

    /// How much of what changed since was looked at.
    var bucketsSeen = 0
    var placesSeen: [Int]

    init(_ facts: SnapshotFacts, buckets: [UInt32], places: [SeenPlace], blocks: [Int64], lanes: Int) {
        self.facts = facts
        self.buckets = buckets
        self.places = places
        self.blocks = blocks
        isWaiting = Array(repeating: false, count: Int(buckets.max().map { $0 + 1 } ?? 0))
        for bucket in buckets { isWaiting[Int(bucket)] = true }
        waitingPlaces = Set(places)
        waitingBlocks = Set(blocks)
        placesSeen = Array(repeating: 0, count: lanes)
    }

    var count: Int { buckets.count + places.count + blocks.count }

    var isWritten: Bool { given == count }

    enum Item {
        case bucket(UInt32)
        case place(SeenPlace)
        case block(Int64)
    }

    private func item(_ index: Int) -> Item {
        if index < buckets.count { return .bucket(buckets[index]) }
        let rest = index - buckets.count
        return rest < places.count ? .place(places[rest]) : .block(blocks[rest - places.count])
    }

    /// The next to write; nil when all was handed out.
    mutating func next() -> Item? {
        guard given < count else { return nil }
        defer { given += 1 }
        return item(given)
    }

    /// Not written yet, and there is no copy of it.
    func needsCopy(bucket: UInt32) -> Bool {
        bucket < isWaiting.count && isWaiting[Int(bucket)] && cellCopies[bucket] == nil
    }

    func needsCopy(_ place: SeenPlace) -> Bool {
        waitingPlaces.contains(place) && seenCopies[place] == nil
    }

    func needsCopy(block: Int64) -> Bool { waitingBlocks.contains(block) && movementCopies[block] == nil }

    var hasWaitingBlocks: Bool { !waitingBlocks.isEmpty }

    /// What was handed out is committed: no copy of it is needed any more.
    mutating func commit() {
        for index in written..<given {
            switch item(index) {
            case .bucket(let bucket):
                isWaiting[Int(bucket)] = false
                cellCopies[bucket] = nil
            case .place(let place):
                waitingPlaces.remove(place)
                seenCopies[place] = nil
            case .block(let block):
                waitingBlocks.remove(block)
                movementCopies[block] = nil
            }
        }
        written = given
    }

    /// What was handed out since the last commit is to be handed out again.
    mutating func rollback() { given = written }
}
