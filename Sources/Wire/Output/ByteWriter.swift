/// A growable buffer that is used again and again: once it has grown to the largest message, writing allocates
/// nothing.
public struct ByteWriter: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    /// How many bytes have been written.
    public private(set) var count = 0

    /// `capacity` is in bytes; the writer grows past it when it must.
    public init(capacity: Int = 512) {
        storage = .allocate(byteCount: max(capacity, 64), alignment: 16)
    }

    deinit { storage.deallocate() }

    /// Forgets what was written and keeps the room it took.
    public mutating func removeAll() { count = 0 }

    /// Takes back what was written after the first `count` bytes.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "a writer cannot be truncated to more than it holds")
        self.count = count
    }

    /// The bytes written so far, valid inside `body` only.
    @inline(__always)
    public borrowing func withUnsafeBytes<R: ~Copyable, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: storage.baseAddress, count: count))
    }

    /// A copy of the bytes written so far.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    @inline(__always)
    public mutating func append(byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    @inline(__always)
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// The text's UTF-8 as it is.
    public mutating func append(utf8 text: String) {
        let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable {
            append(UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil {
            for byte in text.utf8 { append(byte: byte) }
        }
    }

    /// Room for `more` bytes behind those written. The caller adds to `count` what it wrote.
    @inline(__always)
    mutating func reserve(_ more: Int) -> UnsafeMutableRawPointer {
        if storage.count - count < more { grow(by: more) }
        return storage.baseAddress.unsafelyUnwrapped + count
    }

    @inline(__always)
    mutating func advance(by written: Int) { count += written }

    @inline(never)
    private mutating func grow(by more: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(storage.count * 2, count + more), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        storage.deallocate()
        storage = larger
    }
}
