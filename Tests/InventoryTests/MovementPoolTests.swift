import TestSupport
import Testing

@testable import Inventory

@Suite struct MovementPoolTests {
    @Test("a block is large enough, and at most a sixteenth plus 15 bytes too large")
    func blockSizes() {
        for wanted in 1...32_768 {
            let got = MovementPool.byteCount(of: MovementPool.size(of: wanted))
            #expect(got >= wanted && got <= wanted + wanted / 16 + 15, "\(wanted) bytes get \(got)")
        }
    }

    @Test("no two blocks overlap, and freed memory is used again")
    func noOverlap() {
        let pool = MovementPool()
        defer { pool.deallocate() }
        typealias Block = (
            memory: UnsafeMutableRawPointer, byteCount: Int, size: MovementPool.Size, mark: UInt8
        )
        var blocks: [Block] = []
        var random = SeededRandom(seed: 1)
        var held = 0
        for round in 0..<20_000 {
            if blocks.count < 200 {
                let block = pool.allocate(random.chance(50) ? 40_000 : 1 + random.below(3_000))
                let mark = UInt8(truncatingIfNeeded: round)
                block.memory.initializeMemory(as: UInt8.self, repeating: mark, count: block.byteCount)
                blocks.append((block.memory, block.byteCount, block.size, mark))
            } else {
                let block = blocks.remove(at: random.below(blocks.count))
                let bytes = UnsafeRawBufferPointer(start: block.memory, count: block.byteCount)
                #expect(bytes.allSatisfy { $0 == block.mark })
                pool.deallocate(block.memory, block.byteCount, block.size)
            }
            if round == 10_000 { held = pool.byteCount }
        }
        #expect(pool.byteCount < held * 2)
        for block in blocks { pool.deallocate(block.memory, block.byteCount, block.size) }
    }
}
