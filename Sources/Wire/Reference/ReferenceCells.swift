import Inventory

/// The cells of one reference row, and what was wrong with those that were read.
struct ReferenceCells {
    let columns: [String]
    private(set) var cells: [Cell]
    /// Nil for a row that came as a message.
    var line: Int?
    private(set) var mistakes = ReferenceMistakes()

    init(columns: [String], line: Int?) {
        self.columns = columns
        self.line = line
        cells = Array(repeating: .missing, count: columns.count)
    }

    /// A value that may be null.
    struct Nullable<Value> {
        var value: Value?
    }

    subscript(column: String) -> Cell {
        get { columns.firstIndex(of: column).map { cells[$0] } ?? .missing }
        set {
            if let index = columns.firstIndex(of: column) { cells[index] = newValue }
        }
    }

    mutating func int32(_ column: String) -> Int32? {
        self[column].int32 ?? mistake(column, Self.int32)
    }

    /// A missing threshold is a mistake and not null: whether a product alerts must be said.
    mutating func threshold(_ column: String) -> Nullable<Int32>? {
        let empty: String
        switch self[column] {
        case .null, .field([]): return Nullable(value: nil)
        case .field: empty = "an empty field"
        default: empty = "null"
        }
        if let value = self[column].int32 { return Nullable(value: value) }
        return mistake(column, "\(Self.int32), or \(empty) for no alerts")
    }

    private static var int32: String { "an integer from \(Int32.min) to \(Int32.max)" }

    mutating func text(_ column: String) -> Text? {
        switch self[column] {
        case .field(let bytes) where !bytes.isEmpty: Text(bytes)
        case .text(let bytes): Text(bytes)
        case .kept: nil
        case .field: mistake(column, "a text")
        default: mistake(column, "a string")
        }
    }

    mutating func decimal(_ column: String) -> Nullable<ExactDecimal>? {
        switch self[column] {
        case .null, .missing, .field([]): return Nullable(value: nil)
        case .field(let bytes), .text(let bytes), .number(let bytes):
            if let decimal = ExactDecimal(bytes) { return Nullable(value: decimal) }
            fallthrough
        default: return mistake(column, "a decimal number of at most 38 digits, such as 79.99")
        }
    }

    /// Remembers the mistake. Returns nil of any kind, for the reader to return.
    private mutating func mistake<Value>(_ column: String, _ expected: String) -> Value? {
        mistakes.add(line: line, column: column, found: self[column].quoted, expected: expected)
        return nil
    }
}
