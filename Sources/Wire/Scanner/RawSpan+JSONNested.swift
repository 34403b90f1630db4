extension RawSpan {
    /// Passes over the object or array that opens at `at`.
    @inline(never)
    func skipNested(at: inout Int) throws(SyntaxError) {
        var open = Nesting()
        repeat {
            try skipNestedValue(at: &at, open: &open)
        } while try skipAfterValue(at: &at, open: &open)
    }

    /// Passes over opening brackets, up to and over a scalar or an empty object or array.
    private func skipNestedValue(at: inout Int, open: inout Nesting) throws(SyntaxError) {
        while true {
            let isObject = has(0x7B, at: at)
            guard isObject || has(0x5B, at: at) else { return try skipValue(at: &at) }
            at += 1
            skipSpace(at: &at)
            if has(isObject ? 0x7D : 0x5D, at: at) {
                at += 1
                return
            }
            if isObject { _ = try scanName(at: &at) }
            open.push(isObject: isObject)
        }
    }

    /// Passes over what may follow a value: closings, or a comma up to the next value. False when all that
    /// was open is closed.
    private func skipAfterValue(at: inout Int, open: inout Nesting) throws(SyntaxError) -> Bool {
        while open.depth > 0 {
            skipSpace(at: &at)
            if has(0x2C, at: at) {
                at += 1
                skipSpace(at: &at)
                if open.isObject { _ = try scanName(at: &at) }
                return true
            }
            guard has(open.isObject ? 0x7D : 0x5D, at: at) else {
                throw SyntaxError(open.isObject ? .commaOrBrace : .commaOrBracket, at: at)
            }
            at += 1
            open.pop()
        }
        return false
    }
}

/// Which of the open brackets are objects: one bit each, the innermost 64 in a word. Only a text nested
/// deeper than that allocates, an eighth of a byte a level.
struct Nesting {
    private(set) var depth = 0
    private var innermost: UInt64 = 0
    private var outer: [UInt64] = []

    var isObject: Bool { innermost & 1 == 1 }

    mutating func push(isObject: Bool) {
        if depth > 0, depth & 63 == 0 { outer.append(innermost) }
        innermost = innermost << 1 | (isObject ? 1 : 0)
        depth += 1
    }

    mutating func pop() {
        depth -= 1
        innermost >>= 1
        if depth > 0, depth & 63 == 0 { innermost = outer.removeLast() }
    }
}
