import Inventory
import TestSupport
import Testing
import Wire

/// Records at random.
extension StateRecordTests {
    static func bytes(_ most: Int, _ random: inout SeededRandom) -> [UInt8] {
        (0..<random.below(most + 1)).map { _ in UInt8(random.below(random.pick([2, 256]))) }
    }

    static func stamp(_ random: inout SeededRandom) -> Stamp {
        random.chance(3)
            ? .first
            : Stamp(generation: max(1, UInt64(bitPattern: random.int64()) >> 2), slot: UInt8(random.below(2)))
    }

    static func random(_ random: inout SeededRandom) -> StateRecord {
        func int32() -> Int32 { Int32(truncatingIfNeeded: random.int64()) }
        func uint64() -> UInt64 { UInt64(bitPattern: random.int64()) }
        func partition() -> Partition { Partition(int32() & .max) }
        func offset() -> Offset { Offset(random.int64() & .max) }
        let pair = Pair(packed: uint64())
        switch random.below(7) {
        case 0:
            let cells = (0..<random.below(33)).map { _ in image(Int64(int32())) }
            return .cells(bucket: UInt32(bitPattern: int32()), cells, stamp(&random))
        case 1:
            let chunk = SeenChunk(
                number: random.int64(), words: (0..<SeenChunk.wordCount).map { _ in uint64() })
            return .seen(partition(), place: UInt32(bitPattern: int32()), chunk, stamp(&random))
        case 2:
            let text = String(repeating: random.pick(["a", "é", "\0", "😀"]), count: random.below(40))
            return .barrier(
                Barrier(
                    partition: partition(), base: offset(), offset: offset(),
                    highestID: random.chance(3) ? nil : random.int64(),
                    cellCount: UInt32(bitPattern: int32()), seenChunkCount: UInt32(bitPattern: int32()),
                    alertCount: UInt32(bitPattern: int32()), settings: text, release: text + "1"))
        case 3: return .position(partition(), offset())
        case 4:
            let entry = LedgerEntry(
                severity: random.pick(Severity.allCases + [nil]), incident: UInt32(bitPattern: int32()),
                since: Timestamp(microseconds: random.int64()), fingerprint: uint64())
            return .alert(pair, entry)
        case 5: return .stockFingerprint(pair, uint64())
        default: return .rollupFingerprint(ProductID(int32()), uint64())
        }
    }
}
