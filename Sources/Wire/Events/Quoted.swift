/// A piece of the input made fit for a sentence: short, valid UTF-8, and with nothing in it that could break
/// a log line or reorder a terminal's text.
enum Quoted {
    /// What a message may quote of its input, in bytes.
    static let limit = 200

    /// In double quotes.
    static func text(_ text: RawSpan, _ range: Range<Int>, limit: Int = Self.limit) -> String {
        "\"" + json(text, range, limit: limit) + "\""
    }

    static func text(_ bytes: [UInt8]) -> String { text(bytes.span.bytes, 0..<bytes.count) }

    /// JSON as written, which has its own quotes.
    static func json(_ text: RawSpan, _ range: Range<Int>, limit: Int = Self.limit) -> String {
        var quoted = ""
        var at = range.lowerBound
        let end = min(range.upperBound, range.lowerBound + limit)
        while at < end {
            let length = text.utf8Length(at: at)
            if length == 0 {
                quoted += "\\x" + EscapedText.hex(UInt32(text.byte(at)))
                at += 1
            } else if at + length <= end {
                EscapedText.append(text.scalar(at: at, length: length), to: &quoted)
                at += length
            } else {
                break
            }
        }
        return at < range.upperBound ? quoted + "…" : quoted
    }
}

extension RawSpan {
    /// The scalar of a sequence whose length `utf8Length` has told.
    func scalar(at offset: Int, length: Int) -> Unicode.Scalar {
        let lead = UInt32(byte(offset))
        var value = length == 1 ? lead : lead & (0x7F >> UInt32(length))
        for k in 1..<max(1, length) { value = value << 6 | UInt32(byte(offset + k) & 0x3F) }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
