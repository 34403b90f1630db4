extension ReferenceRows {
    static func rows<ID, Patch>(
        csv bytes: [UInt8], of table: ReferenceTable<ID, Patch>
    ) throws(ReferenceMistakes) -> [(id: ID, patch: Patch)] {
        let text = bytes.span.bytes
        try checkUTF8(text)
        var reader = CSVReader(text)
        var collector = ReferenceCollector(table)
        let header = try Self.header(reader.next(text), of: table)
        while let record = reader.next(text) {
            if let problem = record.problem {
                collector.mistakes.add(
                    line: record.line, found: problem,
                    expected: "fields with commas, quotes or line breaks in double quotes, quotes doubled")
            } else if record.fields.count != header.count {
                collector.mistakes.add(
                    line: record.line, found: "\(record.fields.count) fields",
                    expected: "\(header.count), as many as the header names")
            } else {
                collector.add(cells(record, header, table.columns), line: record.line)
            }
        }
        return try collector.finish()
    }

    /// For each field of a record the column it fills, nil for one that is ignored.
    private static func header<ID, Patch>(
        _ record: CSVReader.Record?, of table: ReferenceTable<ID, Patch>
    ) throws(ReferenceMistakes) -> [String?] {
        let wanted = "a header line naming " + table.columns.joined(separator: ", ")
        guard let record else { throw ReferenceMistakes(line: 1, found: "an empty file", expected: wanted) }
        if let problem = record.problem {
            throw ReferenceMistakes(line: record.line, found: problem, expected: wanted)
        }
        let names = record.fields.map { String(decoding: $0.bytes, as: UTF8.self) }
        var mistakes = ReferenceMistakes()
        for column in table.columns {
            let count = names.count { $0 == column }
            if count == 0, !table.optional.contains(column) {
                let found = names.map { Quoted.text(Array($0.utf8)) }.prefix(20)
                mistakes.add(
                    line: record.line, column: column,
                    found: "no such column among " + found.joined(separator: ", "), expected: wanted)
            } else if count > 1 {
                mistakes.add(
                    line: record.line, column: column, found: "the column \(count) times",
                    expected: "each column once")
            }
        }
        if !mistakes.isEmpty { throw mistakes }
        return names.map { table.columns.contains($0) ? $0 : nil }
    }

    private static func cells(
        _ record: CSVReader.Record, _ header: [String?], _ columns: [String]
    ) -> ReferenceCells {
        var cells = ReferenceCells(columns: columns, line: record.line)
        for (field, column) in zip(record.fields, header) {
            guard let column else { continue }
            cells[column] = field.isQuoted && field.bytes.isEmpty ? .text([]) : .field(field.bytes)
        }
        return cells
    }

    static func checkUTF8(_ text: RawSpan) throws(ReferenceMistakes) {
        guard let offset = text.firstInvalidUTF8() else { return }
        var lines = LineCounter()
        let found = Quoted.text(text, offset..<min(offset + 4, text.byteCount))
        throw ReferenceMistakes(
            line: lines.line(of: offset, in: text), found: "bytes that are not UTF-8, \(found)",
            expected: "a file saved as UTF-8")
    }
}
