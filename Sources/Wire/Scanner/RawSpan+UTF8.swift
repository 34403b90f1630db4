extension RawSpan {
    /// The length of the UTF-8 sequence that starts at `offset`, 0 when there is none: overlong forms,
    /// surrogates, values beyond U+10FFFF, stray and missing continuation bytes (Unicode, table 3-7).
    func utf8Length(at offset: Int) -> Int {
        let lead = byte(offset)
        if lead < 0x80 { return 1 }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard byteCount - offset >= length, second.contains(byte(offset + 1)) else { return 0 }
        for k in 2..<max(2, length) where byte(offset + k) & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// The offset of the first byte that is not part of valid UTF-8, nil when all are.
    func firstInvalidUTF8() -> Int? {
        var at = 0
        while at < byteCount {
            if byteCount - at >= 8, word(at) & Swar.repeated(0x80) == 0 {
                at += 8
                continue
            }
            let length = utf8Length(at: at)
            if length == 0 { return at }
            at += length
        }
        return nil
    }
}
