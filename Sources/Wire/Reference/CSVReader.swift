/// Takes RFC 4180 CSV apart, record by record. Lines may end with LF, CR LF or CR.
struct CSVReader {
    struct Field: Equatable {
        var bytes: [UInt8]
        /// An empty field in quotes is a text; without them it is null.
        var isQuoted: Bool
    }

    struct Record {
        /// Where it begins, counted from 1.
        var line: Int
        var fields: [Field] = []
        /// What is wrong with it; reads after "found".
        var problem: String?
    }

    private(set) var line = 1
    private var at = 0

    /// `text` must be UTF-8, as must be that of the calls of `next`.
    init(_ text: RawSpan) {
        if text.matches("\u{FEFF}", at: 0) { at = 3 }
    }

    /// The next record that is not an empty line; nil at the end.
    mutating func next(_ text: RawSpan) -> Record? {
        while at < text.byteCount, isLineEnd(text) { passLineEnd(text) }
        guard at < text.byteCount else { return nil }
        var record = Record(line: line)
        while true {
            record.fields.append(text.byte(at: at) == 0x22 ? quoted(text, &record) : plain(text, &record))
            if record.problem != nil {
                while at < text.byteCount, !isLineEnd(text) { at += 1 }
            }
            guard at < text.byteCount else { return record }
            if isLineEnd(text) {
                passLineEnd(text)
                return record
            }
            at += 1
        }
    }

    private mutating func plain(_ text: RawSpan, _ record: inout Record) -> Field {
        let start = at
        while at < text.byteCount, text.byte(at) != 0x2C, !isLineEnd(text) {
            if text.byte(at) == 0x22 {
                record.problem = "a double quote inside a field that does not begin with one"
            }
            at += 1
        }
        return Field(bytes: text.copy(start..<at), isQuoted: false)
    }

    private mutating func quoted(_ text: RawSpan, _ record: inout Record) -> Field {
        var field = Field(bytes: [], isQuoted: true)
        at += 1
        while at < text.byteCount {
            let byte = text.byte(at)
            if byte == 0x22 {
                guard text.has(0x22, at: at + 1) else {
                    at += 1
                    if at < text.byteCount, text.byte(at) != 0x2C, !isLineEnd(text) {
                        record.problem = "text after the double quote that ends a field"
                    }
                    return field
                }
                at += 1
            }
            field.bytes.append(byte)
            if byte == 0x0A || byte == 0x0D && !text.has(0x0A, at: at + 1) { line += 1 }
            at += 1
        }
        record.problem = "a field in double quotes that the file's end cuts off"
        return field
    }

    private func isLineEnd(_ text: RawSpan) -> Bool {
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
