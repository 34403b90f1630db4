/// The value of a reference row in one column, before its type is checked.
enum Cell: Equatable {
    /// The row does not have the column.
    case missing
    case null
    /// A CSV field: a text, or a number where the column is one.
    case field([UInt8])
    /// A JSON string, which is never a number.
    case text([UInt8])
    /// A text that the database left out of a change because it stays as it was.
    case kept
    /// A JSON number as written.
    case number([UInt8])
    /// Another JSON value, or a string that is no text, as written.
    case other([UInt8])

    /// The JSON value in `range`, whose grammar has been checked.
    init(_ text: RawSpan, _ range: Range<Int>) {
        if text.isString(range) {
            let content = text.withDecodedString(range) { $0.copy(0..<$0.byteCount) }
            // Only a surrogate without its other half can make it something else than UTF-8.
            self = content.span.bytes.firstInvalidUTF8() == nil ? .text(content) : .other(text.copy(range))
        } else if text.isNumber(range) {
            self = .number(text.copy(range))
        } else {
            self = text.matches("null", at: range.lowerBound) ? .null : .other(text.copy(range))
        }
    }

    /// The cell in a sentence.
    var quoted: String {
        switch self {
        case .missing, .kept: "no such field"
        case .null: "null"
        case .field(let bytes): bytes.isEmpty ? "an empty field" : Quoted.text(bytes)
        case .text(let bytes): "the string " + Quoted.text(bytes)
        case .other(let bytes) where bytes.first == 0x22:
            "the string " + Quoted.json(bytes.span.bytes, 0..<bytes.count) + ", which holds half a surrogate pair"
        case .number(let bytes), .other(let bytes): Quoted.json(bytes.span.bytes, 0..<bytes.count)
        }
    }

    var int32: Int32? {
        switch self {
        case .field(let bytes): CSVNumber.isAmbiguous(bytes) ? nil : Self.int32(CSVNumber.plain(bytes))
        case .number(let bytes): Self.int32(bytes)
        default: nil
        }
    }

    private static func int32(_ bytes: [UInt8]) -> Int32? {
        let span = bytes.span.bytes
        guard span.isWholeNumber, case .value(let value) = ExactInteger(span, 0..<bytes.count) else { return nil }
        return Int32(exactly: value)
    }

    /// True for null, and for what stands for it in CSV.
    var isNull: Bool {
        switch self {
        case .null: true
        case .field(let bytes): CSVNumber.isBlank(bytes)
        default: false
        }
    }
}

extension RawSpan {
    func copy(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBytes { Array($0) }
    }
}
