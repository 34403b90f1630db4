extension UnsafeMutablePointer<UInt32> {
    /// The first index from `start` to `end` that holds this number; `end` if none does. Compares eight at a time.
    @inline(__always)
    func firstIndex(of word: UInt32, from start: Int, to end: Int) -> Int {
        let bytes = UnsafeRawPointer(self)
        let wanted = SIMD8(repeating: word)
        var index = start
        while index + 8 <= end {
            if any(bytes.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<UInt32>.self) .== wanted) {
                break
            }
            index += 8
        }
        while index < end, self[index] != word { index += 1 }
        return index
    }
}
