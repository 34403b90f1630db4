/// Numbers as people and spreadsheets write them in CSV. JSON keeps to its own grammar.
enum CSVNumber {
    static func isBlank(_ bytes: [UInt8]) -> Bool { trimmed(bytes).isEmpty }

    /// The field in JSON's grammar where its meaning is plain: without blanks around it, a plus sign or zeros in
    /// front, with a zero before a bare point and none after. Other fields stay as they are, and are no numbers.
    static func plain(_ field: [UInt8]) -> [UInt8] {
        var digits = trimmed(field)
        let isNegative = digits.first == 0x2D
        if isNegative || digits.first == 0x2B { digits = digits.dropFirst() }
        guard digits.first.map({ isDigit($0) || $0 == 0x2E }) == true, digits.contains(where: isDigit) else {
            return field
        }
        while digits.count > 1, digits.first == 0x30, isDigit(digits[digits.startIndex + 1]) {
            digits = digits.dropFirst()
        }
        var plain: [UInt8] = isNegative ? [0x2D] : []
        if digits.first == 0x2E { plain.append(0x30) }
        plain += digits.last == 0x2E ? digits.dropLast() : digits
        return plain
    }

    /// True for `1.000`, which is one to some and a thousand to others.
    static func isAmbiguous(_ field: [UInt8]) -> Bool {
        let number = plain(field).drop { $0 == 0x2D }
        let parts = number.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 2 && parts[1].count == 3 && (1...3).contains(parts[0].count) && parts[0].first != 0x30
            && parts.allSatisfy { $0.allSatisfy(isDigit) }
    }

    /// What a person who wrote the field should do, behind what was expected; nil when there is no more to say.
    static func advice(_ field: [UInt8], isDecimal: Bool) -> String? {
        let text = String(decoding: trimmed(field), as: UTF8.self)
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .currencySymbol }) {
            return ", without a currency sign"
        }
        let separators: Set<Unicode.Scalar> = [",", "'", "\u{2019}", " ", "\u{A0}", "\u{202F}", "_", "."]
        let isNumber = text.unicodeScalars.allSatisfy {
            ("0"..."9").contains($0) || separators.contains($0) || $0 == "-" || $0 == "+"
        }
        // One point alone is where decimals begin.
        guard isNumber, !plain(field).span.bytes.isWholeNumber,
            text.unicodeScalars.contains(where: separators.contains)
        else { return nil }
        return isDecimal ? ", with a point before decimals and no other separators" : ", without separators"
    }

    /// What programs and people write for a value that is not there.
    static func isNothing(_ field: [UInt8]) -> Bool {
        nothings.contains(String(decoding: trimmed(field), as: UTF8.self).lowercased())
    }

    static let leaveEmpty = "; leave the field empty if there is none"

    private static let nothings: Set<String> = [
        "null", "(null)", "<null>", "[null]", "\\n", "n/a", "#n/a", "na", "nan", "nil", "none", "undefined", "-", "--",
        "\u{2013}", "\u{2014}", "?",
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Without spaces, tabs and no-break spaces at both ends.
    static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        while true {
            if rest.first == 0x20 || rest.first == 0x09 {
                rest = rest.dropFirst()
            } else if rest.last == 0x20 || rest.last == 0x09 {
                rest = rest.dropLast()
            } else if rest.starts(with: [0xC2, 0xA0]) {
                rest = rest.dropFirst(2)
            } else if rest.suffix(2).elementsEqual([0xC2, 0xA0]) {
                rest = rest.dropLast(2)
            } else {
                return rest
            }
        }
    }
}
