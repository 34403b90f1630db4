/// Bytes that live until the next poll, and are poisoned then.
final class SimArena {
    private var buffers: [UnsafeMutableRawBufferPointer] = []

    func copy(_ bytes: [UInt8]?) -> UnsafeRawBufferPointer? {
        guard let bytes else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        buffer.copyBytes(from: bytes)
        buffers.append(buffer)
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[0..<bytes.count])
    }

    func reuse() {
        for buffer in buffers {
            buffer.initializeMemory(as: UInt8.self, repeating: 0xDD)
            buffer.deallocate()
        }
        buffers = []
    }

    deinit { reuse() }
}
