internal import CPQ

/// What a statement gave back, as texts.
public struct Rows: Sendable {
    public var rows: [[String?]] = []
    /// How many rows an `INSERT`, `UPDATE` or `DELETE` touched.
    public var affected = 0

    init() {}

    init(_ result: OpaquePointer) {
        affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        let columns = PQnfields(result)
        rows = (0..<PQntuples(result)).map { row in
            (0..<columns).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return nil }
                return PQgetvalue(result, row, column).map { String(cString: $0) }
            }
        }
    }

    public var first: [String?]? { rows.first }
}
