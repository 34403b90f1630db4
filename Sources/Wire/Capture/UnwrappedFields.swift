/// The fields that ExtractNewRecordState adds to a row: the slots of `SourcePosition`, then two of its own.
enum UnwrappedFields {
    static var operation: Int { SourcePosition.allCases.count }
    /// Whether the row was deleted, a string or a boolean.
    static var deleted: Int { operation + 1 }

    /// Their names: as `add.fields: lsn` and as `add.fields: source.lsn` makes them.
    static func names(prefix: String) -> ColumnMap {
        var names = ColumnMap([])
        for field in SourcePosition.allCases {
            // `ts_ms` without `source.` is the connector's time.
            if field != .milliseconds, field != .microseconds {
                names.add(prefix + field.name, slot: field.rawValue)
            }
            names.add(prefix + "source_" + field.name, slot: field.rawValue)
        }
        names.add(prefix + "op", slot: operation)
        // This one has no prefix to configure.
        names.add("__deleted", slot: deleted)
        return names
    }

    /// Whether the row is what a delete left: `__deleted` is `"true"` or `true`, or the operation is `d`.
    static func isDelete(_ text: RawSpan, _ added: RowSpans) -> Bool {
        if let mark = added[deleted] {
            let start = mark.lowerBound
            return text.matches("true", at: start) || text.matches("\"true\"", at: start)
        }
        return added[operation].map { text.matches("\"d\"", at: $0.lowerBound) } ?? false
    }
}
