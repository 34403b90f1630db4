extension ForeignChange.Kind {
    /// Whether a value is of this kind.
    func holds(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let start = value.lowerBound
        switch self {
        case .any: return true
        case .string: return text.isString(value)
        case .number: return text.isNumber(value)
        case .boolean: return text.matches("true", at: start) || text.matches("false", at: start)
        case .object: return text.has(0x7B, at: start)
        case .array: return text.has(0x5B, at: start)
        case .objectOrNull: return text.has(0x7B, at: start) || text.matches("null", at: start)
        case .oneOf(let words):
            guard text.isString(value) else { return false }
            return text.withDecodedString(value) { found in words.contains { found.isEqual(to: Array($0.utf8)) } }
        case .beginning(let words):
            guard text.isString(value) else { return false }
            return text.withDecodedString(value) { found in
                found.byteCount >= words.utf8.count
                    && zip(words.utf8, 0..<found.byteCount).allSatisfy { $0 == found.byte($1) }
            }
        case .qualifiedName:
            guard text.isString(value) else { return false }
            return text.withDecodedString(value) { found in (0..<found.byteCount).contains { found.byte($0) == 0x2E } }
        case .changes:
            guard text.has(0x5B, at: start) else { return false }
            var at = start + 1
            text.skipSpace(at: &at)
            let change = at..<value.upperBound
            return ConnectSchema.member("kind", of: change, in: text) != nil
                && ConnectSchema.member("table", of: change, in: text) != nil
        case .hybridTime:
            guard text.isString(value), value.count > 13 else { return false }
            let point = value.upperBound - 12
            return text.has(0x2E, at: point)
                && (start + 1..<value.upperBound - 1).allSatisfy { $0 == point || text.byte($0) &- 0x30 <= 9 }
        }
    }
}
