extension RawSpan {
    /// The text of a string that `scanString` has passed, as UTF-8.
    ///
    /// A surrogate without its other half is written as its own three bytes, which are not UTF-8: such a
    /// text equals no name and no instant, and reads as U+FFFD when shown to a person.
    func unescaped(_ token: StringToken) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(token.end - token.start)
        var at = token.start
        while at < token.end {
            guard byte(at) == 0x5C else {
                text.append(byte(at))
                at += 1
                continue
            }
            let kind = byte(at + 1)
            at += 2
            switch kind {
            case 0x62: text.append(0x08)
            case 0x66: text.append(0x0C)
            case 0x6E: text.append(0x0A)
            case 0x72: text.append(0x0D)
            case 0x74: text.append(0x09)
            case 0x75: appendScalar(to: &text, at: &at)
            default: text.append(kind)
            }
        }
        return text
    }

    /// Appends the UTF-8 of the code unit, or of the pair of code units, whose digits begin at `at`.
    private func appendScalar(to text: inout [UInt8], at: inout Int) {
        var scalar = UInt32(hexDigits(at: at) ?? 0)
        at += 4
        if 0xD800...0xDBFF ~= scalar, has(0x5C, at: at), has(0x75, at: at + 1),
            let low = hexDigits(at: at + 2), 0xDC00...0xDFFF ~= low
        {
            scalar = 0x10000 + (scalar - 0xD800) << 10 + UInt32(low - 0xDC00)
            at += 6
        }
        func continuation(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift & 0x3F)) }
        switch scalar {
        case ..<0x80: text.append(UInt8(scalar))
        case ..<0x800: text += [UInt8(0xC0 | scalar >> 6), continuation(0)]
        case ..<0x10000: text += [UInt8(0xE0 | scalar >> 12), continuation(6), continuation(0)]
        default:
            text += [UInt8(0xF0 | scalar >> 18), continuation(12), continuation(6), continuation(0)]
        }
    }
}
