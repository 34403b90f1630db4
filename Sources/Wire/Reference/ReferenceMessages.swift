public import Inventory

/// Reads a file that holds messages of a reference topic, one a line in their order: plain rows, or changes of rows in
/// Debezium's envelopes.
public struct ReferenceMessages: Sendable {
    private let decoder: ReferenceDecoder
    private let ids: IDs

    /// - Parameter format: How the messages are written.
    public init(format: SourceFormat, ids: IDs = .integers) {
        decoder = ReferenceDecoder(format: format, ids: ids)
        self.ids = ids
    }

    /// Whether a file holds messages rather than a table: it begins with an object, or with a schema registry's
    /// framing.
    public static func fill(_ bytes: [UInt8]) -> Bool {
        let text = bytes.span.bytes
        var at = text.matches("\u{FEFF}", at: 0) ? 3 : 0
        text.skipSpace(at: &at)
        return text.has(0x7B, at: at) || SchemaFraming(text) != nil
    }

    public func products(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        Array(try tables(bytes, of: .products).products.rows.values)
    }

    public func warehouses(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        Array(try tables(bytes, of: .warehouses).warehouses.rows.values)
    }

    public func thresholds(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [PairThreshold] {
        Array(try tables(bytes, of: .thresholds).thresholds.rows.values)
    }

    private func tables(_ bytes: [UInt8], of kind: ReferenceKind) throws(ReferenceMistakes) -> FollowedTables {
        if let framing = SchemaFraming(bytes.span.bytes) {
            throw ReferenceMistakes(line: 1, framing.sentence("the message"))
        }
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
        // With it old programs end a file.
        if rest.last == 0x1A { rest.removeLast() }
        let lines = rest.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            .map { (number: $0 + 1, line: Self.trimmed($1)) }
            .filter { !$0.line.isEmpty }
        try Self.checkShape(lines)
        var tables = FollowedTables(ids)
        var mistakes = ReferenceMistakes()
        for (number, line) in lines {
            do throws(BadEvent) {
                try line.withUnsafeBufferPointer { (line) throws(BadEvent) in
                    _ = try tables.apply(key: nil, value: UnsafeRawBufferPointer(line), of: kind, decoder) { _ in }
                }
            } catch {
                mistakes.add(line: number, error.message)
            }
        }
        guard mistakes.isEmpty else { throw mistakes }
        return tables
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard let last = line.lastIndex(where: { !isSpace($0) }) else { return [] }
        return line[...last].drop(while: isSpace)
    }

    /// Of messages that take several lines each, every line would be a mistake.
    private static func checkShape(_ lines: [(number: Int, line: ArraySlice<UInt8>)]) throws(ReferenceMistakes) {
        guard let first = lines.first, lines.count > 1, lines[1].line.first != 0x7B,
            first.line.withUnsafeBytes({ LineShape($0) }) == .openObject
        else { return }
        throw ReferenceMistakes(
            line: first.number, found: "JSON written over several lines",
            expected: "one message a line, which jq -c . writes")
    }
}
