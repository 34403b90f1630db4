/// Recognises bytes that are no text in UTF-8 but something a person would know by name.
public enum ForeignContent {
    /// What the bytes are, as a sentence names it ("gzip-compressed data"). Nil for UTF-8 and for what is not known.
    /// Of a long text the first bytes decide.
    public static func name(of bytes: RawSpan) -> String? {
        if let encoding = encoding(of: bytes) { return encoding }
        for (start, name) in signatures where bytes.begins(with: start) { return name }
        if bytes.begins(with: zip) || bytes.begins(with: emptyZip) {
            return bytes.contains(workbook) ? "a zip archive, such as an Excel workbook" : "a zip archive"
        }
        if bytes.begins(with: Array("BZh".utf8)), bytes.byteCount > 10, bytes.extracting(4...).begins(with: bzip2Block)
        {
            return "bzip2-compressed data"
        }
        if bytes.byteCount > 261, bytes.extracting(257...).begins(with: Array("ustar".utf8)) { return "a tar archive" }
        return nil
    }

    /// UTF-16 and UTF-32, by their mark, or because every character is of ASCII and has zeros around it.
    private static func encoding(of bytes: RawSpan) -> String? {
        // The mark of UTF-32 begins as that of UTF-16 does.
        if bytes.begins(with: [0xFF, 0xFE, 0, 0]) || bytes.begins(with: [0, 0, 0xFE, 0xFF]) {
            return "text in UTF-32"
        }
        if bytes.begins(with: [0xFF, 0xFE]) || bytes.begins(with: [0xFE, 0xFF]) { return "text in UTF-16" }
        if [0, 3].contains(where: { bytes.isASCII(at: $0, ofEach: 4) }) { return "text in UTF-32" }
        if [0, 1].contains(where: { bytes.isASCII(at: $0, ofEach: 2) }) { return "text in UTF-16" }
        return nil
    }

    /// Behind a digit; the three letters before it alone could begin a text.
    private static let bzip2Block: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]
    private static let emptyZip: [UInt8] = [0x50, 0x4B, 5, 6]
    /// A folder that an archive has only if it is a workbook.
    private static let workbook = Array("xl/".utf8)

    private static let signatures: [(start: [UInt8], name: String)] = [
        ([0x1F, 0x8B], "gzip-compressed data"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz-compressed data"),
        ([0x04, 0x22, 0x4D, 0x18], "lz4-compressed data"),
        ([0xFF, 0x06, 0, 0] + Array("sNaPpY".utf8), "snappy-compressed data"),
        ([0x82] + Array("SNAPPY".utf8) + [0], "snappy-compressed data"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
            "an Office document of the old kind, such as an .xls workbook"
        ),
        (Array("PAR1".utf8), "a Parquet file"),
        (Array("Obj".utf8) + [1], "an Avro file"),
        (Array("%PDF-".utf8), "a PDF document"),
        (Array("SQLite format 3".utf8) + [0], "an SQLite database"),
    ]
}

extension RawSpan {
    fileprivate func begins(with bytes: [UInt8]) -> Bool {
        guard byteCount >= bytes.count else { return false }
        return bytes.indices.allSatisfy { byte($0) == bytes[$0] }
    }

    fileprivate func contains(_ bytes: [UInt8]) -> Bool {
        guard byteCount >= bytes.count else { return false }
        return (0...byteCount - bytes.count).contains { start in
            bytes.indices.allSatisfy { byte(start + $0) == bytes[$0] }
        }
    }

    /// True when each group of `width` bytes holds an ASCII character at `place` and is zero besides. Two groups at
    /// least are needed, and sixteen are enough.
    fileprivate func isASCII(at place: Int, ofEach width: Int) -> Bool {
        let groups = Swift.min(16, byteCount / width)
        guard groups >= 2 else { return false }
        return (0..<groups * width).allSatisfy { offset in
            let byte = byte(offset)
            return offset % width == place ? (1..<0x80).contains(byte) : byte == 0
        }
    }
}
