import Glibc

/// Reads a file, or standard input, a line at a time with the memory of its longest line.
struct LineReader: ~Copyable {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// `-` is standard input. Throws the system's error when the file cannot be opened.
    init(path: String) throws(ReadFailure) {
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw ReadFailure(path) }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// Hands out the next line without its line feed; false at the end.
    mutating func next(_ body: (UnsafeRawBufferPointer) -> Void) throws(ReadFailure) -> Bool {
        var scanned = start
        while true {
            if let feed = buffer[scanned..<end].firstIndex(of: 0x0A) {
                hand(start..<feed, body)
                start = feed + 1
                return true
            }
            if isAtEnd {
                guard start < end else { return false }
                hand(start..<end, body)
                start = end
                return true
            }
            scanned = end - start
            try fill()
        }
    }

    private func hand(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private mutating func fill() throws(ReadFailure) {
        if start > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress { memmove(base, base + start, end - start) }
            }
            end -= start
            start = 0
        }
        if end == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
        let count = buffer.withUnsafeMutableBytes { bytes in
            read(descriptor, bytes.baseAddress.map { $0 + end }, bytes.count - end)
        }
        if count < 0 { throw ReadFailure("the input") }
        isAtEnd = count == 0
        end += count
    }
}

/// A file that cannot be opened or read.
struct ReadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ name: String) { description = "\(name): \(String(cString: strerror(errno)))" }
}
