import Inventory
import TestSupport
import Testing
import Wire

extension StateRecordTests {
    static func bytes(_ most: Int, _ random: inout SeededRandom) -> [UInt8] {
        (0..<random.below(most + 1)).map { _ in UInt8(random.below(random.pick([2, 256]))) }
    }

    static func random(_ random: inout SeededRandom) -> StateRecord {
        func int32() -> Int32 { Int32(truncatingIfNeeded: random.int64()) }
        func uint64() -> UInt64 { UInt64(bitPattern: random.int64()) }
        func partition() -> Partition { Partition(int32() & .max) }
        func offset() -> Offset { Offset(random.int64() & .max) }
        let pair = Pair(rawValue: uint64())
        func words() -> [UInt64] { (0..<IDChunk.wordCount).map { _ in uint64() } }
        switch random.below(7) {
        case 0:
            let entries = (0..<random.below(33)).map { _ in image(Int64(int32())) }
            return .entries(bucket: UInt32(bitPattern: int32()), entries)
        case 1:
            let chunks = (0..<random.below(3)).map { _ in IDChunk(number: random.int64(), words: words()) }
            let ids = (0..<random.below(9)).map { _ in random.int64() }
            let texts = (0..<random.below(3)).map { _ in EventID(rawValue: random.int64(), high: uint64() | 1) }
            return .ids(
                partition(),
                IDBucket(
                    set: uint64(), bucket: UInt16(truncatingIfNeeded: int32()), chunks: chunks, ids: ids,
                    texts: texts))
        case 2:
            let text = String(repeating: random.pick(["a", "é", "\0", "😀"]), count: random.below(40))
            let dedupe = DedupeSummary(
                seed: uint64(), number: uint64(), currentCount: random.below(1_000),
                previousCount: random.below(1_000))
            return .checkpoint(
                CheckpointRecord(
                    partition: partition(), base: offset(), offset: offset(),
                    pairs: UInt32(bitPattern: int32()), publishedAlerts: UInt32(bitPattern: int32()),
                    movements: uint64(), dedupe: dedupe, settings: text, release: text + "1"))
        case 3: return .position(partition(), offset())
        case 4:
            let level = random.pick(AlertLevel.allCases + [nil])
            let entry = PublishedAlert(
                level: level, oversoldUnits: level == .oversold ? uint64() | 1 : 0,
                incident: UInt32(bitPattern: int32()),
                since: Timestamp(microseconds: random.int64()), fingerprint: uint64())
            return .alert(pair, entry)
        case 5: return .stockFingerprint(pair, uint64())
        default: return .rollupFingerprint(ProductID(int32()), uint64())
        }
    }
}
