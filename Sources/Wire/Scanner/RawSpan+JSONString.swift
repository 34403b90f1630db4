/// A JSON string in place: the bytes between its quotes.
struct StringToken {
    var start: Int
    var end: Int
    /// True when it holds a backslash, so that its bytes are not yet its text.
    var isEscaped: Bool
}

extension RawSpan {
    /// Passes over the string whose opening quote is at `at`, checking its escapes, its control characters
    /// and its UTF-8.
    ///
    /// `\ud800` without its other half is accepted, as the JSON grammar accepts it: an unknown field may
    /// hold it, and a field that decides something never equals it.
    @inline(__always)
    func scanString(at: inout Int) throws(SyntaxError) -> StringToken {
        let start = at + 1
        at = start
        while byteCount - at >= 8 {
            let marks = Swar.notPlainText(word(at))
            guard marks != 0 else {
                at += 8
                continue
            }
            at += marks.trailingZeroBitCount >> 3
            break
        }
        if has(0x22, at: at) {
            at += 1
            return StringToken(start: start, end: at - 1, isEscaped: false)
        }
        return try scanAwkwardString(from: start, at: &at)
    }

    /// The rest of a string, byte by byte where it is not plain ASCII.
    @inline(never)
    private func scanAwkwardString(from start: Int, at: inout Int) throws(SyntaxError) -> StringToken {
        var isEscaped = false
        while at < byteCount {
            if byteCount - at >= 8, Swar.notPlainText(word(at)) == 0 {
                at += 8
                continue
            }
            switch byte(at) {
            case 0x22:
                at += 1
                return StringToken(start: start, end: at - 1, isEscaped: isEscaped)
            case 0x5C:
                isEscaped = true
                try skipEscape(at: &at)
            case 0..<0x20:
                throw SyntaxError(.noControlCharacter, at: at)
            case 0x80...:
                let length = utf8Length(at: at)
                guard length > 0 else { throw SyntaxError(.utf8, at: at) }
                at += length
            default:
                at += 1
            }
        }
        throw SyntaxError(.stringEnd, at: byteCount)
    }

    private func skipEscape(at: inout Int) throws(SyntaxError) {
        guard at + 1 < byteCount else { throw SyntaxError(.escape, at: byteCount) }
        switch byte(at + 1) {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            at += 2
        case 0x75:
            guard hexDigits(at: at + 2) != nil else { throw SyntaxError(.hexDigits, at: at + 2) }
            at += 6
        default:
            throw SyntaxError(.escape, at: at + 1)
        }
    }

    /// The number four hexadecimal digits stand for.
    func hexDigits(at offset: Int) -> UInt16? {
        guard byteCount - offset >= 4 else { return nil }
        var value: UInt16 = 0
        for k in 0..<4 {
            let digit = byte(offset + k)
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt16(digit - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(digit - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt16(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
