extension RawSpan {
    /// Passes over white space.
    @inline(__always)
    func skipSpace(at: inout Int) {
        // Mostly there is none.
        while at < byteCount, byte(at) <= 0x20 {
            switch byte(at) {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// Passes over the value at `at`, whatever it holds, checking all of its grammar. Nothing recurses and
    /// nothing limits the depth: what is open takes one bit a level.
    @inline(__always)
    func skipValue(at: inout Int) throws(SyntaxError) {
        guard at < byteCount else { throw SyntaxError(.value, at: at) }
        switch byte(at) {
        case 0x22: _ = try scanString(at: &at)
        case 0x31...0x39: try skipPlainInteger(at: &at)
        case 0x2D, 0x30: try skipNumber(at: &at)
        case 0x7B, 0x5B: try skipNested(at: &at)
        default: try skipWord(at: &at)
        }
    }

    /// Passes over a name and its colon, up to the value.
    @inline(__always)
    func scanName(at: inout Int) throws(SyntaxError) -> StringToken {
        guard has(0x22, at: at) else { throw SyntaxError(.fieldName, at: at) }
        let name = try scanString(at: &at)
        skipSpace(at: &at)
        guard has(0x3A, at: at) else { throw SyntaxError(.colon, at: at) }
        at += 1
        skipSpace(at: &at)
        return name
    }

    @inline(never)
    func skipWord(at: inout Int) throws(SyntaxError) {
        if matches("true", at: at) || matches("null", at: at) {
            at += 4
        } else if matches("false", at: at) {
            at += 5
        } else {
            throw SyntaxError(.value, at: at)
        }
    }

    /// A number that begins with 1…9: most are nothing but digits.
    @inline(__always)
    private func skipPlainInteger(at: inout Int) throws(SyntaxError) {
        let first = at
        skipDigitsInEights(at: &at)
        while at < byteCount, byte(at) &- 0x30 <= 9 { at += 1 }
        // A point or an exponent: from the beginning, with the whole grammar.
        if has(0x2E, at: at) || at < byteCount && byte(at) | 0x20 == 0x65 {
            at = first
            try skipNumber(at: &at)
        }
    }

    /// Passes over digits while eight bytes can be read: to the last of them, or up to where fewer are left.
    @inline(__always)
    private func skipDigitsInEights(at: inout Int) {
        while byteCount - at >= 8 {
            let others = Swar.nonDigits(word(at) ^ Swar.repeated(0x30))
            at += others == 0 ? 8 : others.trailingZeroBitCount >> 3
            if others != 0 { return }
        }
    }

    @inline(never)
    func skipNumber(at: inout Int) throws(SyntaxError) {
        if byte(at) == 0x2D { at += 1 }
        let leadsWithZero = has(0x30, at: at)
        let first = at
        try skipDigits(at: &at)
        if leadsWithZero, at > first + 1 { throw SyntaxError(.noLeadingZero, at: first) }
        if has(0x2E, at: at) {
            at += 1
            try skipDigits(at: &at)
        }
        if has(0x65, at: at) || has(0x45, at: at) {
            at += 1
            if has(0x2B, at: at) || has(0x2D, at: at) { at += 1 }
            try skipDigits(at: &at)
        }
    }

    @inline(__always)
    private func skipDigits(at: inout Int) throws(SyntaxError) {
        let first = at
        while at < byteCount, 0x30...0x39 ~= byte(at) { at += 1 }
        if at == first { throw SyntaxError(.digit, at: at) }
    }
}
