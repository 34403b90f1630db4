extension ReferenceRows {
    static func rows<Patch>(
        json bytes: [UInt8], of table: ReferenceTable<Patch>
    ) throws(ReferenceMistakes) -> Rows<Patch> {
        let text = bytes.span.bytes
        var at = text.matches("\u{FEFF}", at: 0) ? 3 : 0
        var collector = ReferenceCollector(table)
        text.skipSpace(at: &at)
        if text.has(0x5B, at: at) {
            readArray(text, at: at, into: &collector)
        } else if at == text.byteCount {
            collector.mistakes.add(line: 1, found: "an empty file", expected: "[] for a table without rows")
        } else if isWhole(text, at) {
            readLines(text, into: &collector)
        } else {
            readValues(text, at: at, into: &collector)
        }
        return try collector.finish()
    }

    private static func readArray<Patch>(
        _ text: RawSpan, at start: Int, into collector: inout ReferenceCollector<Patch>
    ) {
        var at = start + 1
        var lines = LineCounter()
        do throws(SyntaxError) {
            text.skipSpace(at: &at)
            if text.has(0x5D, at: at) {
                at += 1
                return try text.skipToEnd(at: &at)
            }
            while true {
                try readRow(text, at: &at, line: lines.line(of: at, in: text), into: &collector)
                if collector.isForeign { return }
                text.skipSpace(at: &at)
                if text.has(0x5D, at: at) {
                    at += 1
                    return try text.skipToEnd(at: &at)
                }
                guard text.has(0x2C, at: at) else { throw SyntaxError(.commaOrBracket, at: at) }
                at += 1
                text.skipSpace(at: &at)
            }
        } catch {
            // It is not known where the row ends, so the rest cannot be read.
            collector.mistakes.add(error, line: lines.line(of: error.offset, in: text), in: text)
        }
    }

    /// True when one line holds the whole value at `start` and nothing more, so that each line can be read by itself.
    private static func isWhole(_ text: RawSpan, _ start: Int) -> Bool {
        var end = start
        while end < text.byteCount, text.byte(end) != 0x0A { end += 1 }
        let line = text.extracting(start..<end)
        var at = 0
        do throws(SyntaxError) {
            try line.skipValue(at: &at)
            try line.skipToEnd(at: &at)
            return true
        } catch {
            return false
        }
    }

    /// Reads objects that take several lines each, or that share one.
    private static func readValues<Patch>(
        _ text: RawSpan, at start: Int, into collector: inout ReferenceCollector<Patch>
    ) {
        var at = start
        var lines = LineCounter()
        do throws(SyntaxError) {
            while at < text.byteCount, !collector.isForeign {
                try readRow(text, at: &at, line: lines.line(of: at, in: text), into: &collector)
                text.skipSpace(at: &at)
            }
        } catch {
            // It is not known where the row ends, so the rest cannot be read.
            collector.mistakes.add(error, line: lines.line(of: error.offset, in: text), in: text)
        }
    }

    private static func readLines<Patch>(
        _ text: RawSpan, into collector: inout ReferenceCollector<Patch>
    ) {
        var (start, line) = (text.matches("\u{FEFF}", at: 0) ? 3 : 0, 1)
        while start < text.byteCount, !collector.isForeign {
            var end = start
            while end < text.byteCount, text.byte(end) != 0x0A { end += 1 }
            let one = text.extracting(start..<end)
            var at = 0
            one.skipSpace(at: &at)
            if at < one.byteCount {
                do throws(SyntaxError) {
                    var row = at
                    try one.skipValue(at: &row)
                    try one.skipToEnd(at: &row)
                    try readRow(one, at: &at, line: line, into: &collector)
                } catch {
                    collector.mistakes.add(error, line: line, in: one)
                }
            }
            (start, line) = (end + 1, line + 1)
        }
    }

    private static func readRow<Patch>(
        _ text: RawSpan, at: inout Int, line: Int, into collector: inout ReferenceCollector<Patch>
    ) throws(SyntaxError) {
        let start = at
        var cells = ReferenceCells(columns: collector.table.columns, line: line)
        guard text.has(0x7B, at: at) else {
            try text.skipValue(at: &at)
            collector.add(other: Quoted.json(text, start..<at), expected: "an object for each row", line)
            return
        }
        try text.scanObject(at: &at) { name, value in cells.set(text, name, value) }
        collector.add(cells, line: line)
    }
}

extension ReferenceCells {
    /// Takes a field of a JSON row: of a repeated one the last counts.
    mutating func set(_ text: RawSpan, _ name: StringToken, _ value: Range<Int>) {
        let name = name.isEscaped ? text.unescaped(name) : text.copy(name.start..<name.end)
        self[String(decoding: name, as: UTF8.self)] = Cell(text, value)
    }
}

extension ReferenceMistakes {
    mutating func add(_ error: SyntaxError, line: Int?, in text: RawSpan) {
        let found =
            error.offset < text.byteCount
            ? Quoted.json(text, error.offset..<text.byteCount, limit: 40) : "the end of the text"
        add(line: line, found: found, expected: "\(error.expected.description)")
    }
}
