/// The fields that ExtractNewRecordState adds to a row: the columns of `SourcePosition`, then two of its own.
enum UnwrappedFields {
    static var operationColumn: Int { SourcePosition.allCases.count }
    /// Whether the row was deleted, a string or a boolean.
    static var deletedColumn: Int { operationColumn + 1 }

    /// Their names: as `add.fields: lsn` and as `add.fields: source.lsn` makes them.
    static func names(prefix: String) -> ColumnMap {
        var names = ColumnMap([])
        for field in SourcePosition.allCases {
            // `ts_ms` without `source.` is the connector's time.
            if field != .milliseconds, field != .microseconds {
                names.add(name: prefix + field.name, column: field.rawValue)
            }
            names.add(name: prefix + "source_" + field.name, column: field.rawValue)
        }
        names.add(name: prefix + "op", column: operationColumn)
        // This one has no prefix to configure.
        names.add(name: "__deleted", column: deletedColumn)
        return names
    }

    /// The letter of the operation: `d` for what a delete left, whose `__deleted` is `"true"` or `true`.
    static func operation(_ text: RawSpan, _ added: RowSpans) -> UInt8 {
        if let value = added[deletedColumn],
            text.matches("true", at: value.lowerBound) || text.matches("\"true\"", at: value.lowerBound)
        {
            return Operation.delete.rawValue
        }
        guard let letter = added[operationColumn], letter.count == 3, text.isString(letter) else { return 0 }
        return text.byte(letter.lowerBound + 1)
    }
}
