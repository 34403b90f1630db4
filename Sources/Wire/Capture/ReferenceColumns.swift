import Inventory

/// Reads the columns of one reference table from the messages of its topic.
struct ReferenceColumns: Sendable {
    /// The id first.
    let names: [String]
    private let readers: [ColumnReader]
    private let map: ColumnMap
    private let forms: FormReader
    private let envelope: SourceFormat.Envelope

    /// - Parameter section: The configuration's section of the topic.
    init(_ names: [String], format: SourceFormat, section: String) {
        self.names = names
        readers = names.enumerated().map {
            ColumnReader(field: $1, slot: $0, format: format, section: section)
        }
        map = ColumnMap(names.map { format.fields[$0] ?? $0 })
        forms = FormReader(columns: map, key: 0, format: format)
        envelope = format.envelope
    }

    /// What a message says, its row still in cells.
    enum Message {
        case row(ReferenceCells, keeps: Set<String>, RowVersion)
        case delete(Int32, RowVersion)
        case truncate(RowVersion)
        case skipped(SkipReason)
    }

    func read(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> Message {
        guard let value else { return try tombstone(key) }
        let text = value.bytes
        switch try forms.read(text) {
        case .plain(let row, let schema):
            let isCaptured = envelope == .debezium || schema != nil
            return try self.row(text, row, schema, key, .none, isCaptured: isCaptured)
        case .unwrapped(let row, let schema, let added):
            let operation = UnwrappedFields.operation(text, added)
            let version = SourcePosition.version(text, added, operation: operation)
            if operation == Operation.delete.rawValue {
                return .delete(try deleted(text, row, schema, key), version)
            }
            return try self.row(text, row, schema, key, version, isCaptured: true)
        case .envelope(let scan, let schema):
            return try change(text, scan, schema, key)
        case .skipped(.tombstone): return try tombstone(key)
        case .skipped(let reason): return .skipped(reason)
        }
    }

    private func change(
        _ text: RawSpan, _ scan: CaptureScan, _ schema: FoundSchema?, _ key: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> Message {
        let operation = try Operation(text, scan)
        let version = SourcePosition.version(text, scan.source, operation: operation.rawValue)
        switch operation {
        case .create, .read, .update:
            guard scan.hasAfter else { throw BadEvent(missingRow: operation) }
            let schema = schema.map { RowSchema(found: $0, part: .after) }
            return try row(text, scan.after, schema, key, version, isCaptured: true)
        case .delete:
            let schema = schema.map { RowSchema(found: $0, part: .before) }
            return .delete(try deleted(text, scan.before(text, map), schema, key), version)
        case .truncate: return .truncate(version)
        case .message: return .skipped(.logicalMessage)
        }
    }

    // MARK: Rows

    private func row(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ key: UnsafeRawBufferPointer?,
        _ version: RowVersion, isCaptured: Bool
    ) throws(BadEvent) -> Message {
        var cells = ReferenceCells(columns: names, line: nil)
        var keeps: Set<String> = []
        for (slot, name) in names.enumerated() {
            guard let value = row[slot] else { continue }
            if envelope != .json, Unavailable.fills(text, value) {
                keeps.insert(name)
            } else {
                cells[name] = try cell(slot, text, value, schema, isCaptured)
            }
        }
        // The id may stand in the key, in the value or in both, which must agree.
        if let key, let id = isCaptured ? try named(by: key) : try id(key) {
            let name = names[0]
            if cells[name] == .missing { cells[name] = .number(Array(String(id).utf8)) }
            if let other = cells.int32(name), other != id {
                throw BadEvent(
                    .invalidRow, "\(readers[0].name) is \(other) in the value and \(id) in the key")
            }
        }
        return .row(cells, keeps: keeps, version)
    }

    /// The value as a cell. A number that is encoded becomes one that is written.
    private func cell(
        _ slot: Int, _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, _ isCaptured: Bool
    ) throws(BadEvent) -> Cell {
        let plain = Cell(text, value)
        guard ReferenceColumns.numbers.contains(names[slot]) else { return plain }
        if isCaptured, let number = readers[slot].boolean(text, value) {
            return .number(Array(String(number).utf8))
        }
        switch plain {
        case .text(let bytes):
            // A price may be written as a string; a string that is no number is a decimal's bytes.
            let isWritten = names[slot] == "unit_price" && ExactDecimal(bytes) != nil
            if isWritten, readers[slot].isWritten(text, schema) { return plain }
        case .other: break
        default: return plain
        }
        guard let decimal = try readers[slot].decimal(text, value, schema, isCaptured: isCaptured) else {
            return plain
        }
        return .number(Array(decimal.description.utf8))
    }

    private static let numbers: Set<String> = [
        "product_id", "reorder_threshold", "unit_price", "warehouse_id",
    ]

    // MARK: Deletes

    private func tombstone(_ key: UnsafeRawBufferPointer?) throws(BadEvent) -> Message {
        guard let key else { return .skipped(.tombstone) }
        return .delete(try id(key), .tombstone)
    }

    private func deleted(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ key: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> Int32 {
        if let key, let id = try named(by: key) { return id }
        guard let value = row[0] else {
            guard let key else { throw BadEvent(noKey: readers[0].name) }
            return try id(key)
        }
        // With a key of other columns, 0 may stand for an id that the database did not log.
        guard let id = try int32(text, value, schema), key == nil || id != 0 else {
            throw BadEvent(noKey: readers[0].name)
        }
        return id
    }

    private func int32(_ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?) throws(BadEvent) -> Int32?
    {
        guard case .value(let id) = try readers[0].integer(text, value, schema, isCaptured: true) else {
            return nil
        }
        return Int32(exactly: id)
    }

    /// The id in a key that names its column, with or without a schema; nil in another key.
    private func named(by key: UnsafeRawBufferPointer) throws(BadEvent) -> Int32? {
        let text = key.bytes
        guard let (row, schema) = forms.key(text), let value = row[0] else { return nil }
        return try int32(text, value, schema)
    }

    /// The id a key stands for: also `3` and `"3"`.
    private func id(_ key: UnsafeRawBufferPointer) throws(BadEvent) -> Int32 {
        if let id = try named(by: key) { return id }
        let text = key.bytes
        do throws(ReferenceMistakes) {
            return try ReferenceRows.id(key: text.extracting(forms.bareKey(text)), column: names[0])
        } catch {
            throw BadEvent(.missingKey, error)
        }
    }
}
