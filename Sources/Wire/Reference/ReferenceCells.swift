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

    /// True for a row that has none of the columns.
    var isForeign: Bool { cells.allSatisfy { $0 == .missing } }

    /// Whether a label names something.
    func names(_ column: String) -> Bool { ![.missing, .null, .text([]), .field([])].contains(self[column]) }

    mutating func int32(_ column: String) -> Int32? {
        self[column].int32 ?? mistake(column, integer(column))
    }

    /// An id: a number, or the number of its text if there are names.
    mutating func id(_ column: String, _ names: IDNames?) -> Int32? {
        guard let names else { return int32(column) }
        guard let bytes = self[column].idBytes, IDText.problem(bytes.span.bytes) == nil else {
            return mistake(column, "a text of 1 to \(IDText.limit) bytes without U+0000")
        }
        return bytes.withUnsafeBytes { names.intern($0) }
    }

    /// A missing threshold is a mistake and not null: whether a product alerts must be said.
    mutating func threshold(_ column: String) -> Nullable<Int32>? {
        if self[column].isNull { return Nullable(value: nil) }
        if let value = self[column].int32 { return Nullable(value: value) }
        let isField = if case .field = self[column] { true } else { false }
        return mistake(column, integer(column, or: ", or \(isField ? "an empty field" : "null") for no alerts"))
    }

    /// - Parameter end: What may stand there instead; nil when it must be an integer.
    private func integer(_ column: String, or end: String? = nil) -> String {
        let integer = "an integer from \(Int32.min) to \(Int32.max)"
        guard case .field(let bytes) = self[column] else { return integer + (end ?? "") }
        if end != nil, CSVNumber.isNothing(bytes) { return integer + CSVNumber.leaveEmpty }
        if CSVNumber.isAmbiguous(bytes) { return integer + " without a point, which may also separate thousands" }
        return integer + (CSVNumber.advice(bytes, isDecimal: false) ?? end ?? "")
    }

    /// A label. One that is null, empty or missing is no text.
    mutating func text(_ column: String) -> Text? {
        switch self[column] {
        case .field(let bytes), .text(let bytes): Text(bytes)
        case .null, .missing: Text([])
        case .kept: nil
        case .number, .other: mistake(column, "a string or null")
        }
    }

    mutating func decimal(_ column: String) -> Nullable<ExactDecimal>? {
        let expected = "a decimal number of at most 38 digits, such as 79.99"
        if self[column].isNull { return Nullable(value: nil) }
        switch self[column] {
        case .missing, .text([]): return Nullable(value: nil)
        case .field(let bytes):
            if let decimal = ExactDecimal(CSVNumber.plain(bytes)) { return Nullable(value: decimal) }
            if CSVNumber.isNothing(bytes) { return mistake(column, expected + CSVNumber.leaveEmpty) }
            return mistake(column, expected + (CSVNumber.advice(bytes, isDecimal: true) ?? ""))
        case .text(let bytes), .number(let bytes):
            if let decimal = ExactDecimal(bytes) { return Nullable(value: decimal) }
            return mistake(column, expected)
        default: return mistake(column, expected)
        }
    }

    /// Remembers the mistake, once for a column that is read twice. Returns nil of any kind, for the reader to return.
    private mutating func mistake<Value>(_ column: String, _ expected: String) -> Value? {
        if mistakes.mistakes.contains(where: { $0.column == column }) { return nil }
        mistakes.add(line: line, column: column, found: self[column].quoted, expected: expected)
        return nil
    }
}
