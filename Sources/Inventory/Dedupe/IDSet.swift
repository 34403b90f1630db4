/// A set of event ids of any values: about a bit an id where they are dense, at most 12 bytes where they are not, and
/// at most 24 bytes a text.
///
/// It is split by a hash of the chunk into 256 segments, each with a table of its own, so that no single insert has
/// to grow more than a 256th of the set. A segment holds the ids of 256 consecutive checkpoint buckets.
struct IDSet: ~Copyable {
    private static let segmentCount = 256

    let hash: IDHash
    private(set) var count = 0
    /// Buckets that differ from their stored records.
    var dirtyBuckets = BucketSet()
    private let segments: UnsafeMutablePointer<IDSegment>
    /// How many texts a segment's first table has room for.
    private let textsExpected: Int

    /// - Parameter textsExpected: how many texts the set will hold; 0 if nobody knows. Their tables are then made at
    ///   once and not grown step by step.
    init(_ hash: IDHash, textsExpected: Int = 0) {
        self.hash = hash
        // Texts spread evenly over the segments; about the square root of their number is the usual deviation.
        let mean = textsExpected / Self.segmentCount
        self.textsExpected = mean == 0 ? 0 : mean + 2 * Int(Double(mean).squareRoot())
        segments = .allocate(capacity: Self.segmentCount)
        for index in 0..<Self.segmentCount { (segments + index).initialize(to: IDSegment()) }
        // `SparseIDs` cannot hold this id, so its chunk always has a bitmap.
        let chunk = IDChunk.number(of: SparseIDs.free)
        _ = segment(hash.hash(chunk)).pointee.bitmap(ofChunk: chunk)
    }

    deinit {
        segments.deinitialize(count: Self.segmentCount)
        segments.deallocate()
    }

    /// The segment of a chunk.
    /// - Parameter chunkHash: of the chunk's number.
    @inline(__always)
    func segment(_ chunkHash: UInt64) -> UnsafeMutablePointer<IDSegment> { segments + Int(chunkHash >> 56) }

    func contains(_ id: Int64) -> Bool {
        segment(hash.hash(IDChunk.number(of: id))).pointee.contains(id, hash)
    }

    // MARK: Changes

    /// Adds an id that is not there.
    /// - Returns: whether the chunk has a bitmap now.
    mutating func insert(_ id: Int64, _ chunkHash: UInt64) -> Bool {
        count += 1
        return segment(chunkHash).pointee.insert(id, hash)
    }

    /// Adds an id that is not there.
    /// - Parameter bitmap: of the id's chunk.
    @inline(__always)
    mutating func insert(_ id: Int64, _ bitmap: IDBitmap) {
        bitmap.insert(id)
        count += 1
    }

    /// Takes out an id that is there; its bucket is dirty already.
    mutating func remove(_ id: Int64) {
        segment(hash.hash(IDChunk.number(of: id))).pointee.remove(id, hash)
        count -= 1
    }

    // MARK: Texts

    @inline(__always)
    private func segment(_ place: TextIDs.Place) -> UnsafeMutablePointer<IDSegment> {
        segments + Int(place.bucket >> 8)
    }

    @inline(__always)
    func contains(text: EventID, _ place: TextIDs.Place) -> Bool {
        segment(place).pointee.texts.contains(text, place)
    }

    /// Reads the memory that `contains` reads first; see `Aggregate.lookAhead`.
    @inline(__always)
    func touch(_ place: TextIDs.Place) -> UInt64 { segment(place).pointee.texts.touch(place) }

    /// Reads the memory that `insert` will most likely write.
    @inline(__always)
    func touchFree(_ place: TextIDs.Place) -> UInt64 { segment(place).pointee.texts.touchFree(place) }

    /// Adds a text that is not there.
    @inline(__always)
    mutating func insert(text: EventID, _ place: TextIDs.Place) {
        dirtyBuckets.insert(bucket: place.bucket)
        segment(place).pointee.insert(text: text, place, hash, expected: textsExpected)
        count += 1
    }

    /// Takes out the text that was added last; its bucket is dirty already.
    mutating func removeLast(text: EventID) {
        segment(TextIDs.Place(text, hash)).pointee.removeLastText(hash)
        count -= 1
    }

    // MARK: Checkpoints

    /// Hands out every dirty bucket as it is now.
    /// - Parameter number: of this set.
    func forEachDirtyBucket<Failure: Error>(
        number: UInt64, _ body: (IDBucket) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = dirtyBuckets.members[...]
        while let first = rest.first {
            // All dirty buckets of one segment, so that it is read once.
            let end = rest.firstIndex { $0 >> 8 != first >> 8 } ?? rest.endIndex
            for bucket in contents(of: rest[..<end], number) { try body(bucket) }
            rest = rest[end...]
        }
    }

    /// - Parameter buckets: of one segment.
    private func contents(of buckets: ArraySlice<UInt32>, _ number: UInt64) -> [IDBucket] {
        var contents = [IDBucket?](repeating: nil, count: 256)
        for bucket in buckets {
            contents[Int(bucket & 255)] = IDBucket(set: number, bucket: UInt16(bucket))
        }
        func index(_ chunk: Int64) -> Int { Int(hash.bucket(ofChunk: chunk) & 255) }
        let segment = segments + Int((buckets.first ?? 0) >> 8)
        for (chunk, bitmap) in segment.pointee.bitmaps {
            let words = bitmap.contents
            // A rollback may have left a bitmap without ids.
            guard words.contains(where: { $0 != 0 }) else { continue }
            contents[index(chunk)]?.chunks.append(IDChunk(number: chunk, words: words))
        }
        segment.pointee.ids.forEach { contents[index(IDChunk.number(of: $0))]?.ids.append($0) }
        segment.pointee.texts.forEach { contents[Int(TextIDs.Place($0, hash).bucket & 255)]?.texts.append($0) }
        return contents.compactMap { bucket in
            guard var bucket else { return nil }
            bucket.chunks.sort { $0.number < $1.number }
            bucket.ids.sort()
            bucket.texts.sort()
            return bucket
        }
    }

    /// Restores a stored bucket that is empty here. Ids that do not belong into it are left out.
    mutating func restore(_ stored: IDBucket) {
        for chunk in stored.chunks where chunk.words.count == IDChunk.wordCount {
            let chunkHash = hash.hash(chunk.number)
            guard UInt16(chunkHash >> 48) == stored.bucket else { continue }
            let bitmap = segment(chunkHash).pointee.bitmap(ofChunk: chunk.number)
            count += bitmap.insert(contentsOf: chunk.words)
        }
        for id in stored.ids {
            let chunkHash = hash.hash(IDChunk.number(of: id))
            guard UInt16(chunkHash >> 48) == stored.bucket else { continue }
            if !contains(id) { _ = insert(id, chunkHash) }
        }
        for text in stored.texts where text.isText {
            let place = TextIDs.Place(text, hash)
            guard place.bucket == stored.bucket else { continue }
            if !contains(text: text, place) { insert(text: text, place) }
        }
    }
}
