/// Takes RFC 4180 CSV apart, record by record. Lines may end with LF, CR LF or CR.
struct CSVReader {
    struct Record {
        /// Where it begins, counted from 1.
        var line: Int
        var fields: [[UInt8]] = []
        /// What is wrong with it; reads after "found".
        var problem: String?
    }

    var separator: UInt8 = 0x2C
    private(set) var line = 1
    private var at = 0

    /// `text` must be UTF-8, as must be that of the calls of `next`.
    init(_ text: RawSpan) {
        if text.matches("\u{FEFF}", at: 0) { at = 3 }
        // A line that tells Excel the separator and holds no data.
        if text.matches("sep=", at: at), at + 5 <= text.byteCount, at + 5 == text.byteCount || isLineEnd(text, at + 5)
        {
            at += 5
        }
    }

    /// The next record that holds something; nil at the end. Spreadsheets write empty rows as bare separators.
    mutating func next(_ text: RawSpan) -> Record? {
        while let record = nextLine(text) {
            if record.problem != nil || !record.fields.allSatisfy(CSVNumber.isBlank) { return record }
        }
        return nil
    }

    private mutating func nextLine(_ text: RawSpan) -> Record? {
        while at < text.byteCount, isLineEnd(text, at) { passLineEnd(text) }
        guard at < text.byteCount else { return nil }
        var record = Record(line: line)
        while true {
            record.fields.append(text.byte(at: at) == 0x22 ? quoted(text, &record) : plain(text, &record))
            if record.problem != nil {
                while at < text.byteCount, !isLineEnd(text, at) { at += 1 }
            }
            guard at < text.byteCount else { return record }
            if isLineEnd(text, at) {
                passLineEnd(text)
                return record
            }
            at += 1
        }
    }

    private mutating func plain(_ text: RawSpan, _ record: inout Record) -> [UInt8] {
        let start = at
        while at < text.byteCount, text.byte(at) != separator, !isLineEnd(text, at) {
            if text.byte(at) == 0x22 {
                record.problem = "a double quote inside a field that does not begin with one"
            }
            at += 1
        }
        return text.copy(start..<at)
    }

    private mutating func quoted(_ text: RawSpan, _ record: inout Record) -> [UInt8] {
        var field: [UInt8] = []
        at += 1
        while at < text.byteCount {
            let byte = text.byte(at)
            if byte == 0x22 {
                guard text.has(0x22, at: at + 1) else {
                    at += 1
                    if at < text.byteCount, text.byte(at) != separator, !isLineEnd(text, at) {
                        record.problem = "text after the double quote that ends a field"
                    }
                    return field
                }
                at += 1
            }
            field.append(byte)
            if byte == 0x0A || byte == 0x0D && !text.has(0x0A, at: at + 1) { line += 1 }
            at += 1
        }
        record.problem = "a field in double quotes that the file's end cuts off"
        return field
    }

    private func isLineEnd(_ text: RawSpan, _ at: Int) -> Bool {
        text.byte(at) == 0x0A || text.byte(at) == 0x0D
    }

    private mutating func passLineEnd(_ text: RawSpan) {
        at += text.byte(at) == 0x0D && text.has(0x0A, at: at + 1) ? 2 : 1
        line += 1
    }
}

extension RawSpan {
    /// The byte at `offset`, nil at the end.
    fileprivate func byte(at offset: Int) -> UInt8? {
        offset < byteCount ? byte(offset) : nil
    }
}
