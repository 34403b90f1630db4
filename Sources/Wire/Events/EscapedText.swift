/// The one place that decides how text of others is shown to people, on a terminal and in a log line.
///
/// What a terminal obeys, what reorders the text beside it and what nobody can see, a no-break space included, is
/// escaped: `\t`, `\n`, `\r`, and `\u{1b}` for any other. Bytes that are not UTF-8 become `\xNN`. Nothing is cut, and
/// escaping twice changes nothing.
public enum EscapedText {
    public static func of(_ bytes: [UInt8]) -> String {
        Quoted.json(bytes.span.bytes, 0..<bytes.count, limit: bytes.count)
    }

    public static func of(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isSafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars { append(scalar, to: &escaped) }
        return escaped
    }

    /// One line of JSON with JSON's own escapes, for people who read it on a terminal. A parser reads the same texts.
    public static func ofJSON(_ line: String) -> String {
        guard !line.unicodeScalars.allSatisfy(isSafe) else { return line }
        var escaped = ""
        for scalar in line.unicodeScalars {
            if isSafe(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            }
        }
        return escaped
    }

    static func append(_ scalar: Unicode.Scalar, to escaped: inout String) {
        if isSafe(scalar) {
            escaped.unicodeScalars.append(scalar)
            return
        }
        switch scalar.value {
        case 0x09: escaped += "\\t"
        case 0x0A: escaped += "\\n"
        case 0x0D: escaped += "\\r"
        default: escaped += "\\u{" + hex(scalar.value) + "}"
        }
    }

    /// At least two digits.
    static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return digits.utf8.count < 2 ? "0" + digits : digits
    }

    /// Whether a terminal shows the scalar, and does nothing else with it.
    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        // Looks like a blank and is none, so an event type that ends in it is another one.
        if scalar.value == 0xA0 { return false }
        switch scalar.properties.generalCategory {
        // Formats are the marks of direction, joiners, the byte order mark and tags.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return false
        default: break
        }
        // What is left of the invisible ones are fillers and selectors of variants; an emoji may need the latter.
        return !scalar.properties.isDefaultIgnorableCodePoint || (0xFE00...0xFE0F).contains(scalar.value)
    }
}
