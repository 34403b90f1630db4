/// Fixed-width integers, little end first, in a buffer that is used again.
struct LittleEndianWriter: ~Copyable {
    private(set) var bytes = ByteWriter()

    mutating func removeAll() { bytes.removeAll() }

    @inline(__always)
    mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        bytes.reserve(MemoryLayout<T>.size).storeBytes(of: value.littleEndian, as: T.self)
        bytes.advance(by: MemoryLayout<T>.size)
    }

    mutating func append(bytes more: UnsafeRawBufferPointer) { bytes.append(more) }

    mutating func append(_ text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(utf8: text)
    }
}

/// Reads what `LittleEndianWriter` wrote; every read checks that the bytes are there.
struct LittleEndianReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(StateRecordError) -> T {
        guard remaining >= MemoryLayout<T>.size else { throw .truncated }
        defer { position += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
    }

    /// The bytes of an id that is a text, with a byte for their number.
    mutating func readIDText() throws(StateRecordError) -> UnsafeRawBufferPointer {
        let count = Int(try read(UInt8.self))
        guard remaining >= count else { throw .truncated }
        let text = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        guard IDText.problem(text.bytes) == nil else { throw .foreign }
        position += count
        return text
    }

    mutating func skipToEnd() { position = bytes.count }

    mutating func readText() throws(StateRecordError) -> String {
        let count = Int(try read(UInt32.self))
        guard remaining >= count else { throw .truncated }
        defer { position += count }
        // Bad UTF-8 is not repaired, since settings are compared with what they were.
        guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
            throw .foreign
        }
        return text
    }
}
