/// Ids that are texts.
public enum IDTexts {
    /// Texts that a careless reader confuses, trims, folds or writes wrongly. No two have the same bytes.
    public static let awkward: [String] = [
        "SKU-1", "SKU-2", "sku-1", " SKU-1", "SKU-1 ", "SKU-1\t", "\t", " ", "SKU", "5", "-5", "05", "5.0", "5e0",
        "null",
        "true", "\"", "\\", "a\"b", "a\\b", "a\\\"b", "\\u0041", "A", "a,b", "'a''b'", "a\nb", "a\r\nb", "\u{1}\u{1F}",
        "\u{7F}", "a/b", "../x", "a?b=c&d#e", "100%", "%20", "{\"product_id\":1}", "[1]", "é", "e\u{301}", "É", "ß",
        "ss",
        "a\u{FEFF}b", "\u{2028}", "日本語", "русский", "عربي", "😀", "👩‍👩‍👧", "\u{10FFFF}", "\u{FFFF}",
        "4be0643f-1d98-573b-97cd-ca98a65347dd", "4be0643f-1d98-573b-97cd-ca98a65347de",
        String(repeating: "x", count: 254) + "1", String(repeating: "x", count: 254) + "2",
        String(repeating: "é", count: 127), String(repeating: "😀", count: 63) + "abc",
    ]

    /// A text for each number from 0 on. Those of neighbours differ in case, in normalisation, in a blank, in an
    /// escape or in the last byte alone.
    public static func numbered(_ number: Int) -> String {
        let stem = "\(number / 10)"
        return switch number % 10 {
        case 0: "SKU-\(stem)"
        case 1: "sku-\(stem)"
        case 2: "SKU-\(stem) "
        case 3: "Stück \(stem)"
        case 4: "Stu\u{308}ck \(stem)"
        case 5: "\"A\(stem)\""
        case 6: "\\u0041\(stem)"
        case 7: "A\(stem)"
        case 8: "日本/товар 😀 \(stem)"
        default: String(repeating: "x", count: 255 - stem.utf8.count) + stem
        }
    }

    /// The text as JSON, escaped where it must be.
    public static func json(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case _ where scalar.value < 0x20: escape(UInt16(scalar.value))
                default: String(scalar)
                }
            }.joined() + "\""
    }

    /// The text as JSON, some or all of its characters escaped.
    public static func json(_ text: String, _ random: inout SeededRandom) -> String {
        let all = random.chance(3)
        return "\""
            + text.unicodeScalars.map { scalar in
                guard all || random.chance(3) else {
                    return String(json(String(scalar)).unicodeScalars.dropFirst().dropLast())
                }
                if scalar == "/", random.chance(2) { return "\\/" }
                return String(scalar).utf16.map(escape).joined()
            }.joined() + "\""
    }

    private static func escape(_ unit: UInt16) -> String {
        let hex = String(unit, radix: 16, uppercase: unit % 2 == 0)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }
}

extension String {
    /// The text in ASCII alone, for comparing: to Swift texts are equal that differ only in normalisation, but they
    /// are different ids.
    public var exact: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        return unicodeScalars.map { $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
    }
}
