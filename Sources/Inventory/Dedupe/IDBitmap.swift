/// The ids of one chunk, a bit each. Its owner deallocates its memory.
struct IDBitmap {
    private let words: UnsafeMutablePointer<UInt64>

    static func allocate() -> Self {
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: IDChunk.wordCount)
        words.initialize(repeating: 0, count: IDChunk.wordCount)
        return Self(words: words)
    }

    func deallocate() { words.deallocate() }

    @inline(__always)
    private static func bit(_ id: Int64) -> UInt64 { 1 << UInt64(truncatingIfNeeded: id & 63) }

    @inline(__always)
    private static func word(_ id: Int64) -> Int { Int(truncatingIfNeeded: id >> 6 & 63) }

    @inline(__always)
    func contains(_ id: Int64) -> Bool { words[Self.word(id)] & Self.bit(id) != 0 }

    @inline(__always)
    func insert(_ id: Int64) { words[Self.word(id)] |= Self.bit(id) }

    func remove(_ id: Int64) { words[Self.word(id)] &= ~Self.bit(id) }

    /// Sets further bits.
    /// - Returns: how many of them were not set yet.
    func insert(contentsOf further: [UInt64]) -> Int {
        var added = 0
        for (index, word) in further.enumerated() {
            added += (word & ~words[index]).nonzeroBitCount
            words[index] |= word
        }
        return added
    }

    var contents: [UInt64] { Array(UnsafeBufferPointer(start: words, count: IDChunk.wordCount)) }
}
