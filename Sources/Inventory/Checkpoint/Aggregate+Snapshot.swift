extension Aggregate {
    /// What of the checkpoint under way was decided at its instant; nil when there is none.
    public var snapshotFacts: SnapshotFacts? { snapshot?.facts }

    /// Every record of the snapshot was handed out, those of the open transaction included.
    public var isSnapshotWritten: Bool { snapshot?.isWritten ?? false }

    /// Records of the snapshot that are copied because the state went on: memory beyond the state's own.
    public var snapshotCopyCount: Int {
        guard let snapshot else { return 0 }
        return snapshot.cellCopies.count + snapshot.seenCopies.count + snapshot.movementCopies.count
    }

    /// Begins a checkpoint of the state as the open transaction leaves it; nothing is to be applied any more until
    /// that has committed. A rollback of it takes the snapshot back, too.
    public mutating func takeSnapshot() {
        precondition(snapshot == nil, "one checkpoint after the other")
        let facts = SnapshotFacts(
            pairCount: table.count, highestIDs: (0..<laneCount).map { lanes[$0].highest },
            seenChunkCounts: (0..<laneCount).map { lanes[$0].chunkCount },
            publishedAlertCount: publishedAlertCount, followsRows: followsRows,
            movementCount: movements.count, movementDigest: movements.digest, truncated: movements.truncated)
        var places: [SeenPlace] = []
        for lane in 0..<laneCount {
            places += lanes[lane].dirtyPlaces.map { SeenPlace(lane: lane, place: UInt32($0)) }
        }
        snapshot = Snapshot(
            facts, buckets: dirtyBuckets.members, places: places, blocks: movements.dirtyBlocks,
            lanes: laneCount)
        markClean()
    }

    /// Hands out records of the snapshot until `body` says that it has enough, or none is left.
    public mutating func writeSnapshot<Failure: Error>(
        _ body: (SnapshotRecord) throws(Failure) -> Bool
    ) throws(Failure) {
        while let item = snapshot?.next() {
            guard try body(record(item)) else { return }
        }
    }

    private func record(_ item: Snapshot.Item) -> SnapshotRecord {
        switch item {
        case .bucket(let bucket):
            .cells(bucket: bucket, snapshotCells(bucket), slot: marks[bucket: bucket].nextSlot)
        case .place(let place): .seen(place, snapshotChunk(place), slot: marks[place].nextSlot)
        case .block(let number): .movements(snapshotBlock(number), slot: movements.nextSlot(of: number))
        }
    }

    private func snapshotCells(_ bucket: UInt32) -> [CellImage] {
        guard let snapshot else { return [] }
        return snapshot.cellCopies[bucket]
            ?? cells(of: bucket, below: snapshot.facts.pairCount, asCommitted: snapshot.isAnchored)
    }

    /// The cells of a bucket that are among the first so many pairs, as they are or as of the last commit.
    private func cells(of bucket: UInt32, below count: Int, asCommitted: Bool) -> [CellImage] {
        let first = Int(bucket) * Self.cellsPerBucket
        let end = max(first, min(first + Self.cellsPerBucket, count))
        return (first..<end).map { asCommitted ? imageBefore($0) : image(table.cells[$0]) }
    }

    private func imageBefore(_ slot: Int) -> CellImage {
        let cell = table.cells[slot]
        let index = Int(cell.journalIndex)
        guard index < journal.touched.count, journal.touched[index].slot == slot else { return image(cell) }
        let before = journal.touched[index]
        return CellImage(
            pair: Pair(packed: cell.pair), stock: before.stock,
            lastUpdated: Timestamp(microseconds: before.lastUpdated), events: before.events)
    }

    private func snapshotChunk(_ place: SeenPlace) -> SeenChunk {
        if let copy = snapshot?.seenCopies[place] { return copy }
        let position = Int(place.place)
        let chunk =
            snapshot?.isAnchored == true
            ? lanes[place.lane].chunksBefore(at: [position]).first : lanes[place.lane].chunk(at: position)
        guard let chunk else { preconditionFailure("a chunk that changed has a number") }
        return chunk
    }

    private func snapshotBlock(_ number: Int64) -> MovementImages {
        guard let snapshot else { return movements.images(of: number) }
        if let copy = snapshot.movementCopies[number] { return copy }
        return snapshot.isAnchored
            ? movements.images(of: [number], before: journal)[0] : movements.images(of: number)
    }

    /// Copies what the open transaction changed of a snapshot that is not written yet. Before the journal goes.
    private mutating func keepSnapshot() {
        guard var kept = snapshot.take() else { return }
        defer { snapshot = kept }
        guard kept.isAnchored else { return kept.isAnchored = true }
        for bucket in dirtyBuckets.members[kept.bucketsSeen...] where kept.needsCopy(bucket: bucket) {
            kept.cellCopies[bucket] = cells(of: bucket, below: kept.facts.pairCount, asCommitted: true)
        }
        kept.bucketsSeen = dirtyBuckets.members.count
        if kept.hasWaitingBlocks { keepMovements(&kept) }
        for lane in 0..<laneCount { keepSeen(lane, &kept) }
    }

    private func keepMovements(_ kept: inout Snapshot) {
        var numbers: Set<Int64> = []
        for key in journal.moved.map(\.key) + journal.added {
            let number = movements.mixer.id(key) >> 6
            if kept.needsCopy(block: number) { numbers.insert(number) }
        }
        let blocks = Array(numbers)
        for (number, images) in zip(blocks, movements.images(of: blocks, before: journal)) {
            kept.movementCopies[number] = images
        }
    }

    private func keepSeen(_ lane: Int, _ kept: inout Snapshot) {
        let dirty = lanes[lane].dirtyPlaces
        let places = dirty[kept.placesSeen[lane]...].filter {
            kept.needsCopy(SeenPlace(lane: lane, place: UInt32($0)))
        }
        kept.placesSeen[lane] = dirty.count
        if places.isEmpty { return }
        for (place, chunk) in zip(places, lanes[lane].chunksBefore(at: places)) {
            kept.seenCopies[SeenPlace(lane: lane, place: UInt32(place))] = chunk
        }
    }

    /// The transaction commits: what was handed out of the snapshot is written, of the rest what the transaction
    /// changed is copied.
    mutating func commitSnapshot() {
        guard snapshot != nil else { return }
        snapshot?.commit()
        keepSnapshot()
    }

    mutating func rollbackSnapshot() {
        guard let snapshot else { return }
        if snapshot.isAnchored { self.snapshot?.rollback() } else { abandonSnapshot() }
    }

    /// Gives a checkpoint up: what it was to write, or wrote already, is part of the next.
    public mutating func abandonSnapshot() {
        guard let given = snapshot.take() else { return }
        for bucket in given.buckets { dirtyBuckets.insert(bucket: bucket) }
        for place in given.places { lanes[place.lane].setDirty(Int(place.place)) }
        for number in given.blocks { _ = markDirty(movements: number) }
    }
}

// MARK: Marks

extension Aggregate {
    /// The sum over the records of cells and seen ids that the checkpoint consists of. Movements have one over their
    /// content: which generation wrote them would cost memory for each block of event ids.
    public var digest: UInt64 { marks.digest }

    /// What the sum is once the snapshot's records replace those of the last whole checkpoint.
    public func digest(afterSnapshotOf generation: UInt64) -> UInt64 {
        guard let snapshot else { return digest }
        var sum = digest
        for bucket in snapshot.buckets {
            let (before, name) = (marks[bucket: bucket], UInt64(bucket))
            sum &-= before.weight(.cells, name)
            sum &+= Self.next(before, generation).weight(.cells, name)
        }
        for place in snapshot.places {
            let (before, name, part) = (marks[place], UInt64(place.lane), UInt64(place.place))
            sum &-= before.weight(.seen, name, part)
            sum &+= Self.next(before, generation).weight(.seen, name, part)
        }
        return sum
    }

    private static func next(_ mark: RecordMark, _ generation: UInt64) -> RecordMark {
        RecordMark(generation: generation, slot: mark.nextSlot)
    }

    /// The checkpoint is whole: its records are those that count from now on.
    public mutating func finishSnapshot(generation: UInt64) {
        guard let done = snapshot.take() else { return }
        for bucket in done.buckets { marks[bucket: bucket] = Self.next(marks[bucket: bucket], generation) }
        for place in done.places { marks[place] = Self.next(marks[place], generation) }
        for number in done.blocks { movements.setNextSlot(1 - movements.nextSlot(of: number), of: number) }
    }

    /// Tells which record of a bucket was read from the last whole checkpoint.
    public mutating func setMark(_ mark: RecordMark, bucket: UInt32) { marks[bucket: bucket] = mark }

    public mutating func setMark(_ mark: RecordMark, seen place: SeenPlace) { marks[place] = mark }

    /// Takes the records of seen ids as no part of the checkpoint.
    public mutating func forgetSeenMarks() { marks.forgetSeen() }

    /// Tells where the record of a block of movements was read.
    public mutating func setSlot(_ slot: UInt8, movements number: Int64) {
        movements.setNextSlot(1 - slot, of: number)
    }

    /// Makes a bucket part of the next checkpoint; false when it has no cell.
    public mutating func markDirty(bucket: UInt32) -> Bool {
        guard Int(bucket) * Self.cellsPerBucket < table.count else { return false }
        dirtyBuckets.insert(bucket: bucket)
        return true
    }

    /// Makes a chunk of seen ids part of the next checkpoint; false when there is none at that place.
    public mutating func markDirty(seen place: SeenPlace) -> Bool {
        guard lanes[place.lane].hasChunk(at: Int(place.place)) else { return false }
        lanes[place.lane].setDirty(Int(place.place))
        return true
    }

    /// Makes 64 ids of the movement log part of the next checkpoint; false when there are none.
    public mutating func markDirty(movements number: Int64) -> Bool {
        movements.markDirty(beside: movements.mixer.key(number << 6))
    }
}
