import TestSupport
import Testing

@testable import Inventory

@Suite struct DedupeWindowTests {
    @Test(
        "any sequence of ids is judged as two plain sets would judge it", arguments: IDPattern.allCases,
        IDKind.allCases)
    func randomIDs(pattern: IDPattern, kind: IDKind) {
        let large = [IDPattern.shuffled, .mixed].contains(pattern) ? [100_000] : []
        for (seed, window) in ([1, 2, 7, 64, 1000, 20_000] + large).enumerated() {
            var random = SeededRandom(seed: UInt64(seed))
            let input = WindowedInput(window: window, seed: random.next(), kind)
            var used: [Int64] = []
            for step in 0..<max(6000, window * 5 / 2) where !input.disagrees {
                if random.chance(4), !used.isEmpty {
                    // Repeat an id from just now, from about one or two windows ago, or from any time.
                    let ago = random.pick([random.below(5), window, window * 2, random.below(used.count)])
                    input.apply(used[min(max(0, used.count - ago + random.below(3) - 2), used.count - 1)])
                } else {
                    used.append(pattern.id(step, &random))
                    input.apply(used[used.count - 1])
                }
                if random.chance(max(50, window / 3)) { input.end(&random) }
            }
            for _ in 0..<2 {
                let agrees = input.agrees(on: used)
                #expect(agrees, "\(pattern), \(kind), window \(window)")
                input.checkpoint()
                let isWhole = input.restore()
                #expect(isWhole, "\(pattern), \(kind), window \(window)")
            }
        }
    }

    @Test("one stray id does not turn the dedupe window off")
    func strayID() {
        let input = WindowedInput(window: 1000)
        input.apply(0..<100)
        for stray in [Int64.max, .min, 1 << 40] { #expect(input.apply(stray)) }
        for id in [Int64.max, .min, 1 << 40] + Array(0..<100) { #expect(!input.apply(id)) }
        #expect(input.apply(100))
        #expect(!input.apply(100))
    }

    @Test("a dedupe window remembers at least its size in ids, and at most twice as many", arguments: [1, 10, 1000])
    func rememberedCount(
        window: Int
    ) {
        let input = WindowedInput(window: window)
        for step in 0..<Int64(5 * window) {
            input.apply(step * 1_000_003)
            let remembered = (0...step).reversed().prefix { input.contains($0 * 1_000_003) }.count
            #expect(remembered >= min(Int(step) + 1, window) && remembered <= 2 * window)
            #expect(input.rememberedCount == remembered, "and none of those before")
        }
    }

    @Test("a dedupe window of zero remembers nothing, not even stored ids")
    func noWindow() {
        let input = WindowedInput(window: 100)
        input.apply(0..<50)
        input.checkpoint()
        let before = input.summary.number
        #expect(input.restore(window: 0))
        input.apply([7, 7, .min])
        #expect(input.rememberedCount == 0 && !input.contains(7))
        input.rollback()
        input.checkpoint()
        #expect(input.dirtyBucketCount == 0)
        #expect(input.restore(window: 100))
        #expect(!input.contains(7) && input.summary.number > before + 1)
    }

    @Test("remembered ids outlive a change of the window's size")
    func otherSize() {
        let input = WindowedInput(window: 100)
        input.apply(0..<160)
        input.checkpoint()
        #expect(input.restore(window: 10))
        #expect(input.agrees(on: Array(-1...160)) && input.rememberedCount == 160)
        #expect(!input.apply(0))
        input.apply(160)
        #expect(
            [input.summary.currentCount, input.summary.previousCount] == [0, 61], "the older set is dropped")
        #expect(input.agrees(on: Array(-1...161)))
        input.checkpoint()
        #expect(input.restore(window: 1000))
        input.apply(161..<500)
        #expect(input.agrees(on: Array(-1...500)))
    }

    @Test("a transaction with any number of rotations can be rolled back")
    func rotations() {
        for count in Int64(0)..<70 {
            let input = WindowedInput(window: 10)
            input.apply(0..<25)
            input.commit()
            input.apply(100..<100 + count)
            input.rollback()
            #expect(input.agrees(on: Array(0..<200)), "\(count) ids")
            input.apply(100..<100 + count)
            #expect(input.agrees(on: Array(0..<200)), "\(count) ids again")
        }
    }

    @Test("a set of ids that a rollback restores is part of the next checkpoint")
    func rolledBackSet() {
        for count in Int64(0)..<40 {
            let input = WindowedInput(window: 10)
            input.apply(0..<15)
            input.checkpoint()
            input.apply(15..<18)
            input.commit()
            input.apply(100..<100 + count)
            input.rollback()
            input.checkpoint()
            #expect(input.restore() && input.agrees(on: Array(0..<200)), "\(count) ids")
        }
    }

    @Test("a checkpoint stores only the buckets of ids that changed")
    func incremental() {
        let input = WindowedInput(window: 1 << 20)
        input.apply(0..<409_600)
        #expect((90...100).contains(input.dirtyBucketCount), "a bucket a chunk, or nearly")
        input.checkpoint()
        #expect(input.dirtyBucketCount == 0 && input.changedBuckets().isEmpty)
        input.apply(409_600..<409_700)
        input.apply(0..<5000)
        #expect(input.dirtyBucketCount == 1)
        #expect(input.changedBuckets().count == 1)
        input.checkpoint()
        #expect(input.restore())
        #expect(input.dirtyBucketCount == 0)
        input.apply([409_699, 409_700])
        #expect(input.dirtyBucketCount == 1)
    }

    @Test("a restore notices a lost record, and ignores records of a dropped set")
    func lostRecord() {
        let input = WindowedInput(window: 1000)
        for round in Int64(0)..<4 {
            input.apply((0..<990).map { ($0 + round * 990) << 20 })
            input.checkpoint()
        }
        #expect(input.recordCount > input.rememberedCount, "dropped sets left some")
        #expect(input.restore())
        #expect(!input.restore(without: 1000))
    }
}

@Suite struct DedupeCostTests {
    /// Two empty sets, and tables that are too small to be packed.
    private static let fixedByteCount = 100_000

    @Test("a remembered id costs at most 12 bytes at any time", arguments: IDPattern.allCases)
    func bytesPerID(pattern: IDPattern) {
        var random = SeededRandom(seed: 5)
        let input = WindowedInput(window: 60_000)
        for step in 0..<150_000 {
            input.apply(pattern.id(step, &random))
            guard step % 500 == 0 else { continue }
            input.commit()
            #expect(
                input.byteCount <= 12 * input.rememberedCount + Self.fixedByteCount, "\(pattern), \(step)")
        }
    }

    @Test("a remembered id costs about a bit where ids are dense")
    func denseIDs() {
        let input = WindowedInput(window: 1 << 18)
        for id in Int64(0)..<500_000 {
            input.apply(id)
            if id % 500 == 0 { input.commit() }
        }
        input.commit()
        #expect(input.byteCount <= input.rememberedCount / 7 + Self.fixedByteCount)
    }

    @Test(
        "no bucket of ids is much larger than the others, however regular the ids",
        arguments: [0, 12, 16, 22, 32, 40])
    func bucketSizes(shift: Int64) {
        for seed in UInt64(0)..<2 {
            let hash = IDHash(seed: seed)
            var counts = [Int](repeating: 0, count: 65_536)
            for number in Int64(0)..<131_072 { counts[Int(hash.bucket(ofChunk: number << shift))] += 1 }
            // Two ids are expected in each bucket; about one seed in 100,000 puts fifteen in one.
            #expect((counts.max() ?? 0) < 15, "seed \(seed)")
        }
    }
}
