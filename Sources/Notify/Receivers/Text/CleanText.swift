/// Texts of others as people may see them.
enum CleanText {
    /// The most characters of a name.
    static let mostOfName = 200

    /// The text without controls, marks of direction and what is invisible; line breaks and tabs become spaces. A
    /// longer one is cut, with an ellipsis at its end.
    ///
    /// - Parameter most: at most so many UTF-16 units, by which most receivers count.
    static func of(_ text: String, most: Int = mostOfName) -> String {
        var clean = String.UnicodeScalarView()
        var units = 0
        for scalar in text.unicodeScalars {
            // One more than is kept: the cut shows it.
            guard units <= most else { break }
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: clean.append(" ")
            case 0x20..<0x7F: clean.append(scalar)
            default:
                guard !isHidden(scalar) else { continue }
                clean.append(scalar)
            }
            units += UTF16.width(scalar)
        }
        return units > most ? cut(String(clean), most: most) : String(clean)
    }

    /// At most so many UTF-16 units.
    static func cut(_ text: String, most: Int) -> String {
        guard text.utf16.count > most else { return text }
        var kept = String.UnicodeScalarView()
        var units = 1
        for scalar in text.unicodeScalars {
            units += UTF16.width(scalar)
            guard units <= most else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x115F...0x1160, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0x3164, 0xFE00...0xFE0E, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }
}
