extension RawSpan {
    /// Passes over the object that opens at `at`, checking all of its grammar, and reports the name and the range of
    /// each value in the order written.
    @inline(__always)
    func scanObject(
        at: inout Int, field: (StringToken, Range<Int>) -> Void
    ) throws(SyntaxError) {
        try scanMembers(at: &at) { (name, at) throws(SyntaxError) in
            let start = at
            try skipValue(at: &at)
            field(name, start..<at)
        }
    }

    /// As `scanObject`, but reports each name before its value, which `member` must pass over.
    @inline(__always)
    func scanMembers(
        at: inout Int, member: (StringToken, inout Int) throws(SyntaxError) -> Void
    ) throws(SyntaxError) {
        at += 1
        skipSpace(at: &at)
        if has(0x7D, at: at) {
            at += 1
            return
        }
        while true {
            let name = try scanName(at: &at)
            try member(name, &at)
            skipSpace(at: &at)
            if has(0x2C, at: at) {
                at += 1
                skipSpace(at: &at)
            } else if has(0x7D, at: at) {
                at += 1
                return
            } else {
                throw SyntaxError(.commaOrBrace, at: at)
            }
        }
    }

    /// Nothing but white space may follow the value at the top.
    @inline(__always)
    func skipToEnd(at: inout Int) throws(SyntaxError) {
        skipSpace(at: &at)
        if at < byteCount { throw SyntaxError(.end, at: at) }
    }

    /// The string that fills `value`, quotes included, which has been passed once: passing it again is the
    /// quickest way to know whether it holds escapes.
    @inline(__always)
    func token(_ value: Range<Int>) -> StringToken {
        var at = value.lowerBound
        let token = try? scanString(at: &at)
        return token ?? StringToken(start: value.lowerBound + 1, end: value.upperBound - 1, isEscaped: true)
    }

    @inline(__always)
    func isNumber(_ value: Range<Int>) -> Bool {
        let first = byte(value.lowerBound)
        return first &- 0x30 <= 9 || first == 0x2D
    }

    @inline(__always)
    func isString(_ value: Range<Int>) -> Bool { byte(value.lowerBound) == 0x22 }

    /// The text of the string that fills `value`; in place when it holds no escapes.
    @inline(__always)
    func withDecodedString<R>(_ value: Range<Int>, _ body: (RawSpan) -> R) -> R {
        let token = token(value)
        if !token.isEscaped { return body(extracting(token.start..<token.end)) }
        return unescaped(token).withUnsafeBytes { body($0.bytes) }
    }
}
