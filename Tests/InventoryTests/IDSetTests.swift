import TestSupport
import Testing

@testable import Inventory

@Suite struct IDSetTests {
    @Test("a table of ids holds what was inserted and not removed")
    func sparseIDs() {
        for seed in UInt64(0)..<40 {
            var random = SeededRandom(seed: seed)
            let hash = IDHash(seed: random.next())
            let capacity = 1 + random.below(200)
            var table = SparseIDs(minimumCapacity: capacity)
            var model: Set<Int64> = []
            for step in 0..<3000 {
                // Fill the table for 500 steps, then empty it for 500.
                let id = Int64(random.below(2 * capacity)) - 5
                if model.contains(id), step / 500 % 2 == 1 || random.chance(2) {
                    table.remove(id, hash)
                    model.remove(id)
                } else if !model.contains(id), !table.isFull {
                    table.insert(id, hash.hash(id))
                    model.insert(id)
                }
                let probe = Int64(random.below(2 * capacity)) - 5
                let isThere = table.contains(probe, hash.hash(probe))
                #expect(isThere == model.contains(probe), "seed \(seed), step \(step)")
            }
            var listed: [Int64] = []
            table.forEach { listed.append($0) }
            #expect(listed.sorted() == model.sorted(), "seed \(seed)")
        }
    }

    @Test("a table made for a number of ids is two thirds to five sixths full with them")
    func fullTable() {
        for count in 60..<5000 {
            let table = SparseIDs(minimumCapacity: count)
            let places = table.capacity
            #expect(places * 2 <= count * 3 && count * 6 <= places * 5, "\(count) ids, \(places) places")
        }
        #expect(SparseIDs().capacity == 0)
    }

    @Test("a chunk becomes a bitmap when the table is full and holds enough of its ids")
    func bitmaps() {
        let segment = SegmentBox()
        segment.insert((0..<47).map { $0 * 80 })
        for other in Int64(1)..<400 { segment.insert([other << 20]) }
        #expect(segment.chunks == [], "47 ids are too few")
        segment.insert([4000, 4001])
        for other in Int64(400)..<800 { segment.insert([other << 20]) }
        #expect(segment.chunks == [0])
        #expect(segment.sparseCount == 799, "no id is in both")
        for id in [0, 80, 4001, 1 << 20, 799 << 20] as [Int64] { #expect(segment.contains(id)) }
        for id in [1, 800 << 20] as [Int64] { #expect(!segment.contains(id)) }
    }

    @Test("a table whose ids all moved into bitmaps frees its memory")
    func emptiedTable() {
        let segment = SegmentBox()
        segment.insert(0..<4096)
        #expect(segment.chunks == [0] && segment.sparseCapacity == 0)
        segment.insert([5000])
        segment.remove(5000)
        #expect(segment.sparseCapacity == 0)
    }

    @Test("the id that marks a free slot can be stored like any other")
    func freeSlotID() {
        var set = IDSet(IDHash(seed: 1))
        var known: Set<Int64> = []
        func agrees(_ set: borrowing IDSet) -> Bool {
            [.min, .min + 5, .min + 4096, 7, -9].allSatisfy { set.contains($0) == known.contains($0) }
        }
        for id in [.min + 5, 7, -9, .min, .min + 4096] as [Int64] {
            let agreed = agrees(set)
            #expect(agreed)
            set.insert(id)
            known.insert(id)
        }
        set.remove(.min)
        known.remove(.min)
        let agreed = agrees(set)
        #expect(agreed)
    }

    @Test("dirty buckets are handed out whole and in order, clean ones not at all")
    func dirtyBuckets() {
        var set = IDSet(IDHash(seed: 3))
        var ids: Set<Int64> = []
        for number in Int64(0)..<3000 { ids.formUnion([number * 5, -number << 30]) }
        for id in ids { set.insert(id) }
        let hash = set.hash
        func bucket(_ id: Int64) -> UInt16 { hash.bucket(ofChunk: IDChunk.number(of: id)) }
        let wanted = Set([bucket(15), bucket(-1 << 30), bucket(-2 << 30)])
        for number in wanted { set.dirtyBuckets.insert(bucket: UInt32(number)) }
        var found: [IDBucket] = []
        set.forEachDirtyBucket(number: 9) { found.append($0) }
        #expect(found.map(\.bucket) == wanted.sorted() && found.allSatisfy { $0.set == 9 })
        #expect(found.allSatisfy { $0.ids == $0.ids.sorted() })
        #expect(found.contains { !$0.chunks.isEmpty } && found.contains { !$0.ids.isEmpty })
        let listed: [Int64] = found.flatMap { $0.ids + $0.chunks.flatMap(\.listed) }
        let expected = ids.filter { wanted.contains(bucket($0)) }
        #expect(listed.sorted() == expected.sorted())
    }

    @Test("ids of another bucket are not restored, and no id counts twice")
    func foreignIDs() {
        var set = IDSet(IDHash(seed: 3))
        let bucket = set.hash.bucket(ofChunk: 0)
        let whole = IDChunk(number: 0, words: Array(repeating: 3, count: 64))
        set.restore(IDBucket(set: 1, bucket: bucket &+ 1, chunks: [whole], ids: [1 << 40]))
        set.restore(IDBucket(set: 1, bucket: bucket, chunks: [IDChunk(number: 0, words: [1])], ids: []))
        #expect(set.count == 0)
        set.restore(IDBucket(set: 1, bucket: bucket, chunks: [whole], ids: [0, 2, 2]))
        #expect(set.count == 129, "no id counts twice")
    }
}

extension IDSet {
    mutating func insert(_ id: Int64) {
        _ = insert(id, hash.hash(IDChunk.number(of: id)))
    }
}

extension IDChunk {
    var listed: [Int64] {
        (0..<4096).filter { words[$0 / 64] & 1 << UInt64($0 % 64) != 0 }.map { number << 12 + Int64($0) }
    }
}

/// A segment that `#expect` can look into.
private final class SegmentBox {
    private var segment = IDSegment()
    private let hash = IDHash(seed: 1)

    func insert(_ ids: some Sequence<Int64>) {
        for id in ids { _ = segment.insert(id, hash) }
    }

    func remove(_ id: Int64) { segment.remove(id, hash) }
    func contains(_ id: Int64) -> Bool { segment.contains(id, hash) }
    var sparseCount: Int { segment.ids.count }
    var sparseCapacity: Int { segment.ids.capacity }

    var chunks: [Int64] { segment.bitmaps.keys.sorted() }
}
