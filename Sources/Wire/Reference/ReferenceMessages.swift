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

    /// Whether a file holds objects, one a line, rather than one array.
    public static func fill(_ bytes: [UInt8]) -> Bool {
        let text = bytes.span.bytes
        var at = text.matches("\u{FEFF}", at: 0) ? 3 : 0
        text.skipSpace(at: &at)
        return text.has(0x7B, at: at)
    }

    public func products(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        Array(try tables(bytes, of: .products).products.rows.values)
    }

    public func warehouses(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        Array(try tables(bytes, of: .warehouses).warehouses.rows.values)
    }

    private func tables(_ bytes: [UInt8], of kind: ReferenceKind) throws(ReferenceMistakes) -> FollowedTables {
        var tables = FollowedTables(ids)
        var mistakes = ReferenceMistakes()
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
        for (index, line) in rest.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
            do throws(BadEvent) {
                try line.withUnsafeBufferPointer { (line) throws(BadEvent) in
                    _ = try tables.apply(key: nil, value: UnsafeRawBufferPointer(line), of: kind, decoder) { _ in }
                }
            } catch {
                mistakes.add(
                    line: index + 1,
                    found: "a message that is rejected as \(error.reason.rawValue) (\(error.message))",
                    expected: "a row")
            }
        }
        guard mistakes.isEmpty else { throw mistakes }
        return tables
    }
}
