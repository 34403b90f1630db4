import Glibc

/// Reads a file, or standard input, once and a line at a time, with the memory of its longest line.
struct LineReader: ~Copyable {
    private let name: String
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    /// The present line.
    private var line = 0..<0
    /// What is read but not handed out.
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// `-` is standard input.
    init(path: String) throws(ReplayFailure) {
        name = Self.name(path)
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw ReplayFailure(unreadable: name) }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// What messages call the file.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// Finds out at once what would otherwise only show when the files before it are read.
    static func check(_ path: String) throws(ReplayFailure) {
        guard path != "-" else { return }
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else { throw ReplayFailure(unreadable: path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            errno = EISDIR
            throw ReplayFailure(unreadable: path)
        }
    }

    /// Hands out the first bytes, enough to see what the file is, without passing over them.
    mutating func beginning<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws(ReplayFailure) -> Result {
        // No more than a line, which is all that may come for now.
        while !isAtEnd, end < 1_024, end < 16 || !buffer[0..<end].contains(0x0A) { try fill() }
        return hand(0..<min(end, 1 << 16), body)
    }

    /// Passes over a byte order mark at the beginning, which belongs to the file and not to its first line.
    mutating func skipMark() {
        if start == 0, end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { start = 3 }
    }

    /// Goes to the next line; false at the end.
    mutating func next() throws(ReplayFailure) -> Bool {
        var scanned = start
        while true {
            if let feed = index(of: 0x0A, in: scanned..<end) {
                line = start..<feed
                start = feed + 1
                return true
            }
            if isAtEnd {
                line = start..<end
                start = end
                // With Ctrl-Z old programs end a file.
                if let last = line.last, buffer[last] == 0x1A { line.removeLast() }
                return !line.isEmpty
            }
            scanned = end - start
            try fill()
        }
    }

    /// Hands out the present line, without its line feed and the white space around it.
    func withLine<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var line = line
        while let first = line.first, Self.isSpace(buffer[first]) { line.removeFirst() }
        while let last = line.last, Self.isSpace(buffer[last]) { line.removeLast() }
        return try hand(line, body)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }

    private func index(of byte: UInt8, in range: Range<Int>) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + range.lowerBound, Int32(byte), range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private func hand<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try buffer.withUnsafeBufferPointer { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range])))
        }
    }

    private mutating func fill() throws(ReplayFailure) {
        if start > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress { memmove(base, base + start, end - start) }
            }
            end -= start
            start = 0
        }
        if end == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
        var count: Int
        repeat {
            count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + end }, bytes.count - end)
            }
        } while count < 0 && errno == EINTR
        if count < 0 { throw ReplayFailure(unreadable: name) }
        isAtEnd = count == 0
        end += count
    }
}
