/// Where a text stops being JSON, and what would have been right there.
struct SyntaxError: Error, Equatable {
    var offset: Int
    var expected: Expected

    init(_ expected: Expected, at offset: Int) {
        self.offset = offset
        self.expected = expected
    }

    enum Expected: UInt8 {
        case value
        case fieldName
        case colon
        case commaOrBrace
        case commaOrBracket
        case stringEnd
        case noControlCharacter
        case escape
        case hexDigits
        case utf8
        case digit
        case noLeadingZero
        case end

        /// Reads after "expected".
        var description: StaticString {
            switch self {
            case .value: "a value"
            case .fieldName: "a field's name in double quotes"
            case .colon: "':' after a field's name"
            case .commaOrBrace: "',' or '}'"
            case .commaOrBracket: "',' or ']'"
            case .stringEnd: "the double quote that ends a string"
            case .noControlCharacter: "control characters in a string to be escaped"
            case .escape: "one of \" \\ / b f n r t u after a backslash"
            case .hexDigits: "four hexadecimal digits after \\u"
            case .utf8: "UTF-8"
            case .digit: "a digit"
            case .noLeadingZero: "a number without leading zeros"
            case .end: "nothing after the value"
            }
        }
    }
}
