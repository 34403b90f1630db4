/// The event ids that one input partition applied most recently: at least the last `window` distinct ones and at
/// most twice as many, whatever their values.
///
/// They are in two sets. A new id goes into the current one. When that holds a window of ids it becomes the previous
/// one, and what was the previous one is dropped. So which ids are remembered depends only on the ids that were
/// applied and their order.
///
/// What the open transaction did can be rolled back.
struct DedupeWindow: ~Copyable {
    /// How many ids are remembered at least; 0 remembers none.
    let window: Int
    let hash: IDHash
    /// The number of the current set; the previous one has the number before.
    var number: UInt64
    var current: IDSet
    var previous: IDSet
    /// What `finishRestoring` compares with.
    let restored: DedupeSummary
    private var recent = RecentChunk()

    // What the open transaction changed:

    /// How often the current set became the previous one.
    private var rotations: UInt64 = 0
    /// The ids that came into the set that was the current one at the last commit.
    private var inserted: [Int64] = []
    /// The two sets of the last commit, once they were dropped.
    private var droppedPrevious: IDSet?
    private var droppedCurrent: IDSet?

    /// - Parameter seed: see `DedupeSummary.seed`.
    init(window: Int, seed: UInt64 = .random(in: .min ... .max)) {
        self.init(window: window, summary: DedupeSummary(seed: seed, number: 1, currentCount: 0, previousCount: 0))
    }

    /// Begins to restore a checkpoint: `restore` for each of its buckets and `finishRestoring` must follow.
    ///
    /// Whatever the window was then, all ids that were remembered still are. If the current set has more than a
    /// window of ids, it becomes the previous one with the next id. A window of 0 forgets them.
    init(window: Int, summary: DedupeSummary) {
        self.window = window
        hash = IDHash(seed: summary.seed)
        current = IDSet(hash)
        previous = IDSet(hash)
        var summary = summary
        if window == 0 {
            // New numbers: the stored records of the sets forgotten must not come back once there is a window again.
            summary.number &+= 2
            (summary.currentCount, summary.previousCount) = (0, 0)
        }
        number = summary.number
        restored = summary
    }

    // MARK: Events

    /// Whether an id is remembered.
    @inline(__always)
    mutating func contains(_ id: Int64) -> Bool {
        guard window > 0 else { return false }
        if IDChunk.number(of: id) != recent.number { lookUp(IDChunk.number(of: id)) }
        if recent.current?.contains(id) == true || recent.previous?.contains(id) == true { return true }
        return recent.mayHaveSparseIDs && isSparse(id)
    }

    /// Remembers an id that `contains` called new.
    @inline(__always)
    mutating func insert(_ id: Int64) {
        guard window > 0 else { return }
        if IDChunk.number(of: id) != recent.number { lookUp(IDChunk.number(of: id)) }
        if !recent.isDirty { markDirty() }
        if let bitmap = recent.current { current.insert(id, bitmap) } else { insertSparse(id) }
        if rotations == 0 { inserted.append(id) }
        if current.count >= window { rotate() }
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
        // The chunk may have just got its bitmap.
        if current.insert(id, recent.hash) { forgetRecent() }
    }

    private mutating func markDirty() {
        recent.isDirty = true
        current.dirtyBuckets.insert(bucket: UInt32(recent.hash >> 48))
    }

    /// Has the next id's chunk looked up, whichever it is.
    private mutating func forgetRecent() { recent = RecentChunk() }

    private mutating func rotate() {
        var leaving = IDSet(hash)
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
    /// Keeps what the transaction did.
    mutating func commit() {
        rotations = 0
        inserted.empty()
        droppedPrevious = nil
        droppedCurrent = nil
    }

    /// Takes back what the transaction did. Buckets that it changed stay dirty.
    mutating func rollback() {
        if rotations == 1 { swap(&current, &previous) }
        if let set = droppedCurrent.take() { current = set }
        if let set = droppedPrevious.take() { previous = set }
        for id in inserted { current.remove(id) }
        number &-= rotations
        commit()
        forgetRecent()
    }
}

// MARK: Checkpoints

// Of each set a checkpoint stores the buckets that changed since the last one, each whole as one record. The name of
// a record has the set's number modulo 2, so that what a later set stores takes the place of what a dropped one left.

extension DedupeWindow {
    var dirtyBucketCount: Int { current.dirtyBuckets.count + previous.dirtyBuckets.count }

    /// Hands out every bucket that changed since the last checkpoint, as it is now. The open transaction counts as
    /// well; `markClean` follows when it has committed.
    func forEachDirtyBucket<Failure: Error>(
        _ body: (IDBucket) throws(Failure) -> Void
    ) throws(Failure) {
        try previous.forEachDirtyBucket(number: number &- 1, body)
        try current.forEachDirtyBucket(number: number, body)
    }

    /// The checkpoint that holds everything is committed.
    mutating func markClean() {
        current.dirtyBuckets.removeAll()
        previous.dirtyBuckets.removeAll()
        forgetRecent()
    }

    /// What a checkpoint says besides its records.
    var summary: DedupeSummary {
        DedupeSummary(seed: hash.seed, number: number, currentCount: current.count, previousCount: previous.count)
    }

    /// Restores a stored bucket; one that a dropped set left is ignored.
    mutating func restore(_ bucket: IDBucket) {
        if bucket.set == number { current.restore(bucket) }
        if bucket.set == number &- 1 { previous.restore(bucket) }
    }

    /// - Returns: whether as many ids are there as the checkpoint says.
    mutating func finishRestoring() -> Bool {
        markClean()
        return summary == restored
    }
}

/// What was found out about the chunk of the latest id: ids often come one after the other.
private struct RecentChunk {
    /// Of a chunk that no id is in, at first.
    var number = Int64.max
    var hash: UInt64 = 0
    /// The current set's bitmap, which takes the chunk's new ids.
    var current: IDBitmap?
    var previous: IDBitmap?
    /// Whether ids of the chunk may be in no bitmap of a set.
    var mayHaveSparseIDs = true
    var isDirty = false
}
