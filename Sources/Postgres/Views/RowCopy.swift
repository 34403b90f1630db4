/// Rows on their way into a table by `COPY`, some thousands at a time.
struct RowCopy {
    private static let rowsAtOnce = 2_000

    private let connection: Connection
    /// A row's values, one for each; then call `endRow`.
    var columns: [ArrayColumn]

    /// - Parameter columns: without rows.
    init(_ connection: Connection, _ statement: String, _ columns: [ArrayColumn]) throws(PostgresError) {
        self.connection = connection
        self.columns = columns
        try connection.beginCopy(statement)
        try connection.put(ArrayColumn.copyHead)
    }

    mutating func endRow() throws(PostgresError) {
        if columns[0].count >= Self.rowsAtOnce { try flush() }
    }

    private mutating func flush() throws(PostgresError) {
        try connection.put(ArrayColumn.copyRows(columns))
        for index in columns.indices { columns[index].removeAll() }
    }

    /// - Returns: how many rows there were.
    mutating func finish() throws(PostgresError) -> Int {
        try flush()
        try connection.put(ArrayColumn.copyEnd)
        return try connection.endCopy()
    }
}
