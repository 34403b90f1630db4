extension ReferenceRows {
    /// What the file's name says of the separator.
    enum CSVNaming {
        /// Commas.
        case csv
        /// Nothing: the header tells commas from tabs.
        case other
    }

    static func rows<Patch>(
        csv bytes: [UInt8], _ naming: CSVNaming, of table: ReferenceTable<Patch>
    ) throws(ReferenceMistakes) -> Rows<Patch> {
        let text = bytes.span.bytes
        var reader = CSVReader(text)
        var collector = ReferenceCollector(table)
        let header = try header(text, &reader, naming, of: table)
        while let record = reader.next(text) {
            if let problem = record.problem {
                collector.mistakes.add(
                    line: record.line, found: problem,
                    expected: "fields with commas, quotes or line breaks in double quotes, quotes doubled")
            } else if record.fields.count != header.count {
                collector.mistakes.add(
                    line: record.line, found: record.fields.count == 1 ? "1 field" : "\(record.fields.count) fields",
                    expected: "\(header.count), as many as the header names")
            } else {
                collector.add(cells(record, header, table.columns), line: record.line)
            }
        }
        return try collector.finish()
    }

    /// For each field of a record the column it fills, nil for one that is ignored. The reader then stands behind the
    /// header, and knows the separator.
    private static func header<Patch>(
        _ text: RawSpan, _ reader: inout CSVReader, _ naming: CSVNaming, of table: ReferenceTable<Patch>
    ) throws(ReferenceMistakes) -> [String?] {
        let wanted = "a header line naming " + table.columns.joined(separator: ", ")
        let separator = separator(text, reader, of: table)
        reader.separator = separator.byte
        guard let record = reader.next(text) else {
            throw ReferenceMistakes(line: 1, found: "an empty file", expected: wanted)
        }
        if separator.byte != 0x2C, separator.byte != 0x09 || naming == .csv {
            let hint = separator.byte == 0x09 ? "commas, or a file named .tsv" : "commas"
            throw ReferenceMistakes(line: record.line, found: "\(separator.name) between the columns", expected: hint)
        }
        if let problem = record.problem {
            throw ReferenceMistakes(line: record.line, found: problem, expected: wanted)
        }
        let names = record.fields.map(Self.name)
        let missing = table.required.filter { !names.contains($0) }
        var mistakes = ReferenceMistakes()
        if !missing.isEmpty {
            let found = record.fields.prefix(20).map(Quoted.text).joined(separator: ", ")
            mistakes.add(
                line: record.line,
                found: "no column \(missing.joined(separator: " and no column ")) among \(found)", expected: wanted)
        }
        for column in table.columns {
            let count = names.count { $0 == column }
            if count > 1 {
                mistakes.add(
                    line: record.line, column: column, found: "the column \(count) times",
                    expected: "each column once")
            }
        }
        if !mistakes.isEmpty { throw mistakes }
        return names.map { table.columns.contains($0) ? $0 : nil }
    }

    /// The separator with which the header names most of the table's columns; the comma when none does.
    private static func separator<Patch>(
        _ text: RawSpan, _ reader: CSVReader, of table: ReferenceTable<Patch>
    ) -> (byte: UInt8, name: String) {
        var best = (separator: (byte: UInt8(0x2C), name: "commas"), count: 0)
        for separator: (byte: UInt8, name: String) in [
            (0x2C, "commas"), (0x09, "tabs"), (0x3B, "semicolons"), (0x7C, "vertical bars"),
        ] {
            var trial = reader
            trial.separator = separator.byte
            let names = Set(trial.next(text)?.fields.map(Self.name) ?? [])
            let count = table.columns.count { names.contains($0) }
            if count > best.count { best = (separator, count) }
        }
        return best.separator
    }

    /// A column's name as the table has it: blanks around it and capital letters do not matter.
    private static func name(_ field: [UInt8]) -> String {
        String(decoding: CSVNumber.trimmed(field), as: UTF8.self).lowercased()
    }

    private static func cells(
        _ record: CSVReader.Record, _ header: [String?], _ columns: [String]
    ) -> ReferenceCells {
        var cells = ReferenceCells(columns: columns, line: record.line)
        for (field, column) in zip(record.fields, header) {
            if let column { cells[column] = .field(field) }
        }
        return cells
    }
}
