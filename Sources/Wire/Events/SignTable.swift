/// How an event's type moves stock: the sign its quantity is taken with.
///
/// Names are compared byte for byte with the type's decoded text: case counts, and so does every accent. Blanks at the
/// end do not, because char(n) columns arrive padded.
public struct SignTable: Sendable {
    /// `RECEIVED` and `RETURNED` add, `SHIPPED` takes away.
    public static let standardSigns = ["RECEIVED": 1, "RETURNED": 1, "SHIPPED": -1]
    public static let standard = SignTable(standardSigns)

    /// Sorted by name, so that the same configuration makes the same table.
    private let entries: [Entry]

    /// `signs` are −1, 0 or +1, which the configuration has checked.
    public init(_ signs: [String: Int]) {
        precondition(signs.values.allSatisfy { (-1...1).contains($0) }, "a type's sign is -1, 0 or +1")
        entries = signs.sorted { $0.key < $1.key }.map { Entry(name: Array(Self.name($0.key).utf8), sign: $0.value) }
    }

    /// A type's name as it is compared: without the blanks at its end.
    public static func name(_ type: String) -> String {
        var name = type.unicodeScalars
        while name.last == " " { name.removeLast() }
        return String(name)
    }

    /// A name of up to sixteen bytes as two words with masks, so that most types are told apart by two
    /// comparisons.
    private struct Entry {
        let name: [UInt8]
        let sign: Int64
        let count: Int
        let words: (UInt64, UInt64)
        let masks: (UInt64, UInt64)
        /// False for a name that is long, or that JSON can only write with escapes.
        let isPlain: Bool

        init(name: [UInt8], sign: Int) {
            self.name = name
            self.sign = Int64(sign)
            count = name.count
            isPlain = name.count <= 16 && !name.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
            var (words, masks): ([UInt64], [UInt64]) = ([0, 0], [0, 0])
            for (index, byte) in name.prefix(16).enumerated() {
                words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
                masks[index / 8] |= 0xFF << UInt64(index % 8 * 8)
            }
            self.words = (words[0], words[1])
            self.masks = (masks[0], masks[1])
        }
    }

    /// The type that stands at `offset`, after its opening quote and ended by a quote: its sign and its
    /// length. Nil when it is not one of the short plain names, or fewer than 17 bytes follow.
    @inline(__always)
    func plainSign(_ text: RawSpan, at offset: Int) -> (sign: Int64, count: Int)? {
        guard text.byteCount - offset >= 17 else { return nil }
        let (low, high) = (text.word(offset), text.word(offset + 8))
        for index in entries.indices {
            let found = entries.withUnsafeBufferPointer { entries in
                let entry = entries[index]
                let differs = ((low ^ entry.words.0) & entry.masks.0) | ((high ^ entry.words.1) & entry.masks.1)
                return (entry.isPlain && differs == 0, entry.sign, entry.count)
            }
            if found.0, text.byte(offset + found.2) == 0x22 { return (found.1, found.2) }
        }
        return nil
    }

    /// The sign of the type written in `range`, which holds no escapes.
    func sign(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
        let range = range.lowerBound..<text.endWithoutPadding(range)
        return entries.first { entry in
            entry.count == range.count
                && entry.name.indices.allSatisfy { text.byte(range.lowerBound + $0) == entry.name[$0] }
        }?.sign
    }
}

extension RawSpan {
    /// The end of a text without the blanks that pad it.
    func endWithoutPadding(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, byte(end - 1) == 0x20 { end -= 1 }
        return end
    }
}

/// What becomes of an event whose type is not in the sign table.
public enum UnknownType: String, CaseIterable, Sendable {
    /// It moves no stock, but its row exists and its time counts.
    case ignore
    /// It is a bad event, `unknown_type`.
    case deadLetter = "dead_letter"
}
