import Inventory

/// Reads the columns of one reference table from the messages of its topic.
struct ReferenceColumns<Patch: RowPatch>: Sendable {
    typealias Message = ReferenceMessage<Patch>
    typealias ID = Patch.Row.ID

    private let table: ReferenceTable<Patch>
    private let readers: [ColumnReader]
    private let holdsNumber: [Bool]
    private let envelopes: EnvelopeReader
    private let envelope: SourceFormat.Envelope

    /// - Parameter section: The configuration's section of the topic.
    init(_ table: ReferenceTable<Patch>, format: SourceFormat, section: String) {
        self.table = table
        readers = table.columns.enumerated().map {
            ColumnReader(field: $1, column: $0, format: format, section: section)
        }
        let numbers = ["reorder_threshold", "unit_price"] + zip(table.keys, table.names).filter { $1 == nil }.map(\.0)
        holdsNumber = table.columns.map { numbers.contains($0) }
        let map = ColumnMap(table.columns.map { format.fields[$0] ?? $0 }).markingForeignChanges()
        envelopes = EnvelopeReader(columns: map, key: 0, format: format, section: section)
        envelope = format.envelope
    }

    func read(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> Message {
        guard let value else { return try tombstone(key) }
        let text = value.bytes
        switch try envelopes.read(text) {
        case .row(let row, let schema, let version, let isCaptured):
            return .change(try upsert(text, row, schema, key, version, isCaptured: isCaptured))
        case .delete(let row, let schema, let version):
            return .change(.delete(try deleted(text, row, schema, key), version))
        case .truncate(let version): return .change(.truncate(version))
        case .skipped(.tombstone): return try tombstone(key)
        case .skipped(let reason): return .skipped(reason)
        }
    }

    // MARK: Rows

    private func upsert(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ key: UnsafeRawBufferPointer?,
        _ version: RowVersion, isCaptured: Bool
    ) throws(BadEvent) -> ReferenceChange<Patch> {
        var cells = ReferenceCells(columns: table.columns, line: nil)
        for (column, name) in table.columns.enumerated() {
            guard let value = row[column] else { continue }
            if envelope != .json, Unavailable.fills(text, value) {
                if !holdsNumber[column] { cells[name] = .kept }
            } else {
                cells[name] = try cell(column, text, value, schema, isCaptured)
            }
        }
        // Labels may be missing, but an object with none of the fields is no row of this table.
        if cells.isForeign {
            throw BadEvent(
                .invalidRow, "found a row with none of the fields, expected " + table.columns.joined(separator: ", "))
        }
        // The id may stand in the key, in the value or in both, which must agree.
        if let key, let numbers = mayHaveOtherKey(isCaptured) ? try named(by: key) : try numbers(key) {
            for (column, number) in numbers.enumerated() { try take(number, of: column, into: &cells) }
        }
        guard let (id, patch) = table.read(&cells) else { throw BadEvent(.invalidRow, cells.mistakes) }
        return .upsert(id, patch, version)
    }

    /// Whether the key of a database's row may consist of other columns. Where two columns identify a row, an update
    /// may move it, and such a key would not say that the old one is gone.
    private func mayHaveOtherKey(_ isCaptured: Bool) -> Bool { isCaptured && table.names.count == 1 }

    /// Takes what the key has of an identifying column.
    private func take(_ number: Int32, of column: Int, into cells: inout ReferenceCells) throws(BadEvent) {
        let (name, names) = (table.columns[column], table.names[column])
        if cells[name] == .missing {
            cells[name] = names.map { .text(Array($0.text(number))) } ?? .number(Array(String(number).utf8))
        }
        guard let other = cells.id(name, names), other != number else { return }
        let (inValue, inKey) = (table.shown(other, of: column), table.shown(number, of: column))
        throw BadEvent(.invalidRow, "\(readers[column].name) is \(inValue) in the value and \(inKey) in the key")
    }

    /// The value as a cell, with an encoded number decoded.
    private func cell(
        _ column: Int, _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, _ isCaptured: Bool
    ) throws(BadEvent) -> Cell {
        let plain = Cell(text, value)
        if column < table.names.count, table.names[column] != nil, isCaptured,
            readers[column].holdsEncodedNumbers(text, value, schema)
        {
            let id = try readers[column].idText(text, value, schema, isCaptured: true)
            return .text(id.withBytes(of: text) { Array($0) })
        }
        guard holdsNumber[column] else { return plain }
        if isCaptured, let number = readers[column].boolean(text, value) {
            return .number(Array(String(number).utf8))
        }
        switch plain {
        case .text(let bytes):
            // A price may be written as a string; a string that is no number is a decimal's bytes.
            let isWritten = table.columns[column] == "unit_price" && ExactDecimal(bytes) != nil
            if isWritten, readers[column].isWritten(text, value, schema, isCaptured: isCaptured) { return plain }
        case .other: break
        default: return plain
        }
        guard let decimal = try readers[column].decimal(text, value, schema, isCaptured: isCaptured) else {
            if isCaptured, let hint = readers[column].hint(text, value) {
                let found = "\(readers[column].name): found \(plain.quoted), expected an integer"
                throw BadEvent(.invalidRow, found + hint)
            }
            return plain
        }
        return .number(Array(decimal.description.utf8))
    }

    // MARK: Deletes

    private func tombstone(_ key: UnsafeRawBufferPointer?) throws(BadEvent) -> Message {
        guard let key else { return .skipped(.tombstone) }
        return .change(.delete(table.id(try numbers(key)), .tombstone))
    }

    private func deleted(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ key: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ID {
        if let key, let numbers = mayHaveOtherKey(true) ? try named(by: key) : try numbers(key) {
            return table.id(numbers)
        }
        let columns = Array(table.names.indices)
        guard columns.allSatisfy({ row[$0] != nil }) else {
            guard let key else { throw BadEvent(noKey: readers[0].name, nil) }
            return table.id(try numbers(key))
        }
        var numbers: [Int32] = []
        for column in columns {
            // With a key of other columns, a number 0 or an empty text may stand for an id that the database did not
            // log.
            guard let value = row[column], key == nil || !text.matches("\"\"", at: value.lowerBound),
                let number = try number(text, value, schema, of: column),
                key == nil || !isZero(number, of: column) || text.matches("\"0\"", at: value.lowerBound)
            else { throw BadEvent(noKey: readers[column].name, key) }
            numbers.append(number)
        }
        return table.id(numbers)
    }

    private func isZero(_ number: Int32, of column: Int) -> Bool {
        guard let names = table.names[column] else { return number == 0 }
        return names.text(number).elementsEqual([0x30])
    }

    private func number(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, of column: Int
    ) throws(BadEvent) -> Int32? {
        if let names = table.names[column] {
            return try readers[column].idText(text, value, schema, isCaptured: true)
                .withBytes(of: text) { names.intern($0) }
        }
        guard case .value(let id) = try readers[column].integer(text, value, schema, isCaptured: true) else {
            return nil
        }
        return Int32(exactly: id)
    }

    /// The identifying columns in a key that names them all, with or without a schema; nil in another key.
    private func named(by key: UnsafeRawBufferPointer) throws(BadEvent) -> [Int32]? {
        let text = key.bytes
        guard let (row, schema) = envelopes.key(text) else { return nil }
        var numbers: [Int32] = []
        for column in table.names.indices {
            guard let value = row[column], let number = try number(text, value, schema, of: column) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// What a key stands for: `3`, `"3"` or `{"product_id":3}`; of texts also the bare text. Where several columns
    /// identify a row it must name them.
    private func numbers(_ key: UnsafeRawBufferPointer) throws(BadEvent) -> [Int32] {
        if let numbers = try named(by: key) { return numbers }
        let bare = key.bytes.extracting(envelopes.bareKey(key.bytes))
        if table.names.count == 1, let number = number(inKey: bare) { return [number] }
        if let framing = SchemaFraming(key.bytes) { throw BadEvent(.missingKey, framing.sentence("the key")) }
        throw BadEvent(
            .missingKey,
            "\(table.keys.joined(separator: ", ")): found the key \(Quoted.text(bare, 0..<bare.byteCount)), "
                + "expected a key such as \(table.exampleKey)")
    }

    /// The one identifying column in a key that is its value.
    private func number(inKey bare: RawSpan) -> Int32? {
        let isQuoted = bare.byteCount > 1 && bare.has(0x22, at: 0) && bare.has(0x22, at: bare.byteCount - 1)
        let written = isQuoted ? bare.copy(1..<bare.byteCount - 1) : bare.copy(0..<bare.byteCount)
        guard let names = table.names[0] else { return Cell.number(written).int32 }
        var (text, at) = (written, 0)
        if bare.has(0x22, at: 0), let token = try? bare.scanString(at: &at), at == bare.byteCount {
            text = bare.unescaped(token)
        } else if bare.has(0x7B, at: 0) || bare.has(0x5B, at: 0) {
            return nil
        } else {
            text = bare.copy(0..<bare.byteCount)
        }
        guard IDText.problem(text.span.bytes) == nil else { return nil }
        return text.withUnsafeBytes { names.intern($0) }
    }
}
