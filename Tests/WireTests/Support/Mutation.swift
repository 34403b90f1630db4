import TestSupport

/// Small damage to a text, of the kinds that parsers get wrong.
enum Mutation {
    private static let pieces: [[UInt8]] = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "+", ".", "e", "E", " ", "\n", "\t", "1", "9",
        "null", "true", "false", "NaN", "\\u0041", "\\u00", "\\x", "é", "\u{1F600}", "\"event_id\":", "00",
        "2147483648", "9223372036854775807", "5.0", "5.5", "e1", "[]", "{}", "\u{7f}", "\u{1}",
    ].map { Array($0.utf8) }

    static func apply(to bytes: inout [UInt8], other: [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else {
            bytes = random.pick(pieces)
            return
        }
        let at = random.below(bytes.count)
        let end = min(bytes.count, at + 1 + random.below(8))
        switch random.below(9) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[at] ^= 1 << UInt8(random.below(8))
        case 2: bytes.remove(at: at)
        case 3: bytes.removeSubrange(at..<end)
        case 4: bytes.insert(contentsOf: random.pick(pieces), at: at)
        case 5: bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count))
        case 6: bytes.removeSubrange(at...)
        case 7: bytes.replaceSubrange(at..<end, with: random.pick(pieces))
        default: bytes = bytes[..<at] + other.suffix(random.below(other.count + 1))
        }
    }
}
