/// The memory of the log's pages: reused blocks of 128 sizes, most of them some four hundredths apart.
///
/// Pages of hundreds to thousands of bytes grow all the time. The general allocator then has a tenth and more of its
/// memory in gaps; here another page grows into the block that one outgrew.
struct MovementPool {
    private struct State {
        /// By size, the first free block; each points to the next.
        var free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
        /// What is left of the newest chunk.
        var chunk: UnsafeMutableRawPointer?
        var chunkByteCount = 0
        /// Every chunk, to give back in the end.
        var chunks: [UnsafeMutableRawPointer] = []
        /// Bytes of all chunks, and of blocks that are larger than any size.
        var byteCount = 0
    }

    private let state: UnsafeMutablePointer<State>

    /// The number of a block's size.
    typealias Size = UInt8

    /// Stands for a block larger than any size, which is allocated alone.
    private static let single: Size = sizeCount
    private static let sizeCount: Size = 128
    private static let sizesTried: Size = 3
    private static let maxChunk = 1 << 18

    init() {
        let free = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: Int(Self.sizeCount))
        free.initialize(repeating: nil, count: Int(Self.sizeCount))
        state = .allocate(capacity: 1)
        state.initialize(to: State(free: free))
    }

    /// Gives back everything but single blocks.
    func deallocate() {
        for chunk in state.pointee.chunks { chunk.deallocate() }
        state.pointee.free.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Memory held, in bytes.
    var byteCount: Int { state.pointee.byteCount }

    // MARK: Sizes

    /// Sixteen sizes between powers of two from 256 on, multiples of 16 below.
    @inline(__always)
    static func size(of byteCount: Int) -> Size {
        if byteCount <= 256 { return Size(max(1, (byteCount + 15) / 16) - 1) }
        let shift = (byteCount - 1).bitWidth - (byteCount - 1).leadingZeroBitCount - 5
        let size = (shift - 4) * 16 + (byteCount - 1) >> shift
        return size < Int(sizeCount) ? Size(size) : single
    }

    static func byteCount(of size: Size) -> Int {
        if size < 16 { return (Int(size) + 1) * 16 }
        return (Int(size) % 16 + 17) << (Int(size) / 16 + 3)
    }

    // MARK: Blocks

    /// A block of at least `wanted` bytes, its bytes, and the size to deallocate it with.
    func allocate(_ wanted: Int) -> (memory: UnsafeMutableRawPointer, byteCount: Int, size: Size) {
        let size = Self.size(of: wanted)
        guard size != Self.single else {
            state.pointee.byteCount += wanted
            return (.allocate(byteCount: wanted, alignment: 8), wanted, size)
        }
        // A free block of the next sizes will do: its user gets the room.
        for size in size..<min(size + Self.sizesTried, Self.sizeCount) {
            guard let memory = state.pointee.free[Int(size)] else { continue }
            state.pointee.free[Int(size)] = memory.load(as: UnsafeMutableRawPointer?.self)
            return (memory, Self.byteCount(of: size), size)
        }
        let byteCount = Self.byteCount(of: size)
        return (carve(byteCount), byteCount, size)
    }

    func deallocate(_ memory: UnsafeMutableRawPointer, _ byteCount: Int, _ size: Size) {
        guard size != Self.single else {
            state.pointee.byteCount -= byteCount
            return memory.deallocate()
        }
        memory.storeBytes(of: state.pointee.free[Int(size)], as: UnsafeMutableRawPointer?.self)
        state.pointee.free[Int(size)] = memory
    }

    private func carve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if state.pointee.chunkByteCount < byteCount { addChunk(byteCount) }
        guard let chunk = state.pointee.chunk else { preconditionFailure("a chunk was made") }
        state.pointee.chunk = chunk + byteCount
        state.pointee.chunkByteCount -= byteCount
        return chunk
    }

    /// Adds a thirty-second of the memory held, so that a small log stays small.
    private func addChunk(_ needed: Int) {
        keepRest()
        let wanted = max(1 << 12, needed, min(Self.maxChunk, state.pointee.byteCount / 32))
        // A page of memory, less what the allocator adds.
        let byteCount = (wanted + 16 + 4095) & ~4095 - 16
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        state.pointee.chunks.append(chunk)
        state.pointee.chunk = chunk
        state.pointee.chunkByteCount = byteCount
        state.pointee.byteCount += byteCount
    }

    /// Makes blocks of what is left of the chunk.
    private func keepRest() {
        while state.pointee.chunkByteCount >= 16, let chunk = state.pointee.chunk {
            var size = min(Self.size(of: state.pointee.chunkByteCount), Self.single - 1)
            if Self.byteCount(of: size) > state.pointee.chunkByteCount { size -= 1 }
            deallocate(chunk, 0, size)
            state.pointee.chunk = chunk + Self.byteCount(of: size)
            state.pointee.chunkByteCount -= Self.byteCount(of: size)
        }
    }
}
