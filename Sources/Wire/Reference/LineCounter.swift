/// Finds the lines of ascending offsets, so that a file's line ends are counted once.
struct LineCounter {
    private var line = 1
    private var at = 0

    /// The line `offset` is on, counted from 1.
    mutating func line(of offset: Int, in text: RawSpan) -> Int {
        while at < min(offset, text.byteCount) {
            if text.byte(at) == 0x0A { line += 1 }
            at += 1
        }
        return line
    }
}
