/// The event ids that one input partition applied most recently: at least the last `window` distinct ones and at
/// most twice as many, whatever their values.
///
/// There are two sets. A new id goes into the current one. When that holds `window` ids it becomes the previous set,
/// and the old previous set is dropped. So which ids are remembered depends only on the applied ids and their order.
///
/// What the open transaction did can be rolled back.
struct DedupeWindow: ~Copyable {
    /// How many ids are remembered at least; 0 remembers none.
    let window: Int
    let hash: IDHash
    /// The number of the current set; the previous set's is one less.
    var number: UInt64
    var current: IDSet
    var previous: IDSet
    /// What `finishRestoring` compares with.
    let restored: DedupeSummary
    private var recent = RecentChunk()

    // What the open transaction changed:

    /// How often the current set became the previous one.
    private var rotations: UInt64 = 0
    /// Ids inserted into the set that was current at the last commit.
    private var inserted: [Int64] = []
    private var insertedTexts: [EventID] = []
    /// The sets of the last commit, if this transaction dropped them.
    private var droppedPrevious: IDSet?
    private var droppedCurrent: IDSet?

    /// - Parameter seed: see `DedupeSummary.seed`.
    init(window: Int, seed: UInt64 = .random(in: .min ... .max)) {
        self.init(window: window, summary: DedupeSummary(seed: seed, number: 1, currentCount: 0, previousCount: 0))
    }

    /// Begins to restore a checkpoint: `restore` for each of its buckets and `finishRestoring` must follow.
    ///
    /// All ids stay remembered, even if the window had another size then. A current set larger than the window
    /// becomes the previous one with the next id. A window of 0 forgets all ids.
    init(window: Int, summary: DedupeSummary) {
        self.window = window
        hash = IDHash(seed: summary.seed)
        current = IDSet(hash)
        previous = IDSet(hash)
        var summary = summary
        if window == 0 {
            // New numbers: the stored records of the forgotten sets must not count when a later start has a window
            // again.
            summary.number &+= 2
            (summary.currentCount, summary.previousCount) = (0, 0)
        }
        number = summary.number
        restored = summary
    }

    // MARK: Events

    /// Whether an id is remembered.
    @inline(__always)
    mutating func contains(_ id: EventID) -> Bool {
        guard window > 0 else { return false }
        return id.isText ? contains(text: id) : contains(id.rawValue)
    }

    @inline(__always)
    private mutating func contains(_ id: Int64) -> Bool {
        if IDChunk.number(of: id) != recent.number { lookUp(IDChunk.number(of: id)) }
        if recent.current?.contains(id) == true || recent.previous?.contains(id) == true { return true }
        return recent.mayHaveSparseIDs && isSparse(id)
    }

    /// Remembers an id that `contains` called new.
    @inline(__always)
    mutating func insert(_ id: EventID) {
        guard window > 0 else { return }
        if id.isText { insert(text: id) } else { insert(id.rawValue) }
        if current.count >= window { rotate(isOfTexts: id.isText) }
    }

    @inline(__always)
    private mutating func insert(_ id: Int64) {
        if IDChunk.number(of: id) != recent.number { lookUp(IDChunk.number(of: id)) }
        if !recent.isDirty { markDirty() }
        if let bitmap = recent.current { current.insert(id, bitmap) } else { insertSparse(id) }
        if rotations == 0 { inserted.append(id) }
    }

    @inline(never)
    private mutating func contains(text: EventID) -> Bool {
        let place = TextIDs.Place(text, hash)
        return current.contains(text: text, place) || previous.contains(text: text, place)
    }

    /// Reads the memory that `contains` reads first for a text; see `Aggregate.lookAhead`.
    @inline(__always)
    func touch(text: EventID) -> UInt64 {
        let place = TextIDs.Place(text, hash)
        return current.touch(place) &+ previous.touch(place)
    }

    /// Reads the memory that `insert` will most likely write, once `touch` has read what comes first.
    @inline(__always)
    func touchFree(text: EventID) -> UInt64 { current.touchFree(TextIDs.Place(text, hash)) }

    @inline(never)
    private mutating func insert(text: EventID) {
        current.insert(text: text, TextIDs.Place(text, hash))
        if rotations == 0 { insertedTexts.append(text) }
    }

    @inline(never)
    private mutating func lookUp(_ chunk: Int64) {
        let hash = hash.hash(chunk)
        let before = previous.segment(hash)
        recent = RecentChunk(
            number: chunk, hash: hash, current: current.segment(hash).pointee.bitmaps[chunk],
            previous: before.pointee.bitmaps[chunk],
            isDirty: current.dirtyBuckets.contains(UInt32(hash >> 48)))
        recent.mayHaveSparseIDs = recent.current == nil || recent.previous == nil && before.pointee.ids.count > 0
    }

    @inline(never)
    private func isSparse(_ id: Int64) -> Bool {
        let idHash = hash.hash(id)
        return current.segment(recent.hash).pointee.ids.contains(id, idHash)
            || previous.segment(recent.hash).pointee.ids.contains(id, idHash)
    }

    @inline(never)
    private mutating func insertSparse(_ id: Int64) {
        // The insert may have given the chunk a bitmap.
        if current.insert(id, recent.hash) { forgetRecent() }
    }

    private mutating func markDirty() {
        recent.isDirty = true
        current.dirtyBuckets.insert(bucket: UInt32(recent.hash >> 48))
    }

    /// Makes the next id look its chunk up again.
    private mutating func forgetRecent() { recent = RecentChunk() }

    private mutating func rotate(isOfTexts: Bool) {
        var leaving = IDSet(hash, textsExpected: isOfTexts ? window : 0)
        swap(&current, &leaving)
        swap(&previous, &leaving)
        switch rotations {
        case 0: droppedPrevious = consume leaving
        case 1: droppedCurrent = consume leaving
        default: break
        }
        rotations += 1
        number &+= 1
        forgetRecent()
    }
}

// MARK: Transactions

extension DedupeWindow {
    mutating func commit() {
        rotations = 0
        inserted.empty()
        insertedTexts.empty()
        droppedPrevious = nil
        droppedCurrent = nil
    }

    /// Rolls the open transaction back. Buckets that it changed stay dirty.
    mutating func rollback() {
        if rotations == 1 { swap(&current, &previous) }
        if let set = droppedCurrent.take() { current = set }
        if let set = droppedPrevious.take() { previous = set }
        for id in inserted { current.remove(id) }
        for text in insertedTexts.reversed() { current.removeLast(text: text) }
        number &-= rotations
        commit()
        forgetRecent()
    }
}

// MARK: Checkpoints

// A checkpoint stores every changed bucket of both sets whole, as one record. The record's key holds the set's number
// modulo 2, so the records of a new set replace those of a dropped one.

extension DedupeWindow {
    var dirtyBucketCount: Int { current.dirtyBuckets.count + previous.dirtyBuckets.count }

    /// Hands out every bucket that changed since the last checkpoint, the open transaction included. Call `markClean`
    /// once that has committed.
    func forEachDirtyBucket<Failure: Error>(
        _ body: (IDBucket) throws(Failure) -> Void
    ) throws(Failure) {
        try previous.forEachDirtyBucket(number: number &- 1, body)
        try current.forEachDirtyBucket(number: number, body)
    }

    /// Notes that a checkpoint with every change has committed.
    mutating func markClean() {
        current.dirtyBuckets.removeAll()
        previous.dirtyBuckets.removeAll()
        forgetRecent()
    }

    /// What a checkpoint record stores of the window.
    var summary: DedupeSummary {
        DedupeSummary(seed: hash.seed, number: number, currentCount: current.count, previousCount: previous.count)
    }

    /// Restores a stored bucket, unless it belongs to a dropped set.
    mutating func restore(_ bucket: IDBucket) {
        if bucket.set == number { current.restore(bucket) }
        if bucket.set == number &- 1 { previous.restore(bucket) }
    }

    /// - Returns: whether the counts match the checkpoint.
    mutating func finishRestoring() -> Bool {
        markClean()
        return summary == restored
    }
}

/// The look-up of the latest id's chunk. Ids often come one after the other, so the next id may need the same.
private struct RecentChunk {
    /// At first a number that no chunk has.
    var number = Int64.max
    var hash: UInt64 = 0
    /// The current set's bitmap, which takes the chunk's new ids.
    var current: IDBitmap?
    var previous: IDBitmap?
    /// Whether a set may hold ids of the chunk outside a bitmap.
    var mayHaveSparseIDs = true
    var isDirty = false
}
