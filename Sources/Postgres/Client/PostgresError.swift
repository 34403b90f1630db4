internal import CPQ

/// Why a statement or a connection failed.
public struct PostgresError: Error, Sendable {
    /// PostgreSQL's code of five characters; nil when no server said anything.
    public let sqlState: String?
    /// One line.
    public let message: String
    /// Whether only a person can put it right; otherwise it may pass by itself.
    public let needsOperator: Bool

    public init(sqlState: String? = nil, _ message: String) {
        self.sqlState = sqlState
        self.message = message
        needsOperator = sqlState.map { Self.isLasting($0) } ?? false
    }

    /// Something that stockd itself found wrong.
    public init(refusal message: String) {
        sqlState = nil
        self.message = message
        needsOperator = true
    }

    /// Rights, log-in, a missing database, a value or a shape that does not fit.
    private static func isLasting(_ sqlState: String) -> Bool {
        ["22", "23", "28", "2B", "3D", "42", "55"].contains(String(sqlState.prefix(2)))
            && ![undefinedTable, undefinedSchema, lockNotAvailable].contains(sqlState)
    }

    /// A table or the schema is missing.
    public var isOfMissingTable: Bool { sqlState == Self.undefinedTable || sqlState == Self.undefinedSchema }

    static let undefinedTable = "42P01"
    static let undefinedSchema = "3F000"
    static let lockNotAvailable = "55P03"
}

extension PostgresError: CustomStringConvertible {
    public var description: String { sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message }
}

extension PostgresError {
    init(result: OpaquePointer, _ connection: OpaquePointer) {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { Self.line($0) }
        }
        guard let primary = field("M") else {
            self.init(connection: connection)
            return
        }
        let details = [field("D"), field("H")].compactMap { $0 }
        self.init(sqlState: field("C"), ([primary] + details).joined(separator: ". "))
    }

    init(connection: OpaquePointer) {
        let message = PQerrorMessage(connection).map { Self.withoutHints($0) } ?? ""
        self.init(message.isEmpty ? "the connection was lost" : message)
    }

    /// A line for each server that was tried; libpq indents what it asks the reader below one.
    private static func withoutHints(_ text: UnsafePointer<CChar>) -> String {
        String(cString: text).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }.joined(separator: "; ")
    }

    private static func line(_ text: UnsafePointer<CChar>) -> String {
        String(cString: text).split { $0.isNewline || $0 == "\t" }.joined(separator: " ")
    }
}
