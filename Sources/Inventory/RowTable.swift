/// The rows of a reference table by id, for tables that change a row at a time while others hold them.
///
/// A copy is free, and a change after it copies one part of the table. Two tables are compared part by part: only
/// parts that changed are read.
public struct RowTable<Row: TableRow>: Sendable {
    private struct Part: Sendable {
        var rows = PackedRows<Row>()
        /// Drawn anew at each change: the same stamp means the same rows.
        var stamp: UInt64 = 0

        mutating func drawStamp() { stamp = rows.count == 0 ? 0 : .random(in: 1 ... .max) }
    }

    /// With 100,000 rows 200 of them are copied for a change.
    static var partCount: Int { 1 << partBits }
    private static var partBits: Int { 9 }

    private var parts = Array(repeating: Part(), count: partCount)
    public private(set) var count = 0

    public init() {}

    /// Of two rows with one id the later counts.
    public init(_ rows: [Row]) {
        // One part after the other: parts that grow together leave gaps in memory.
        var indices = Array(repeating: [Int](), count: Self.partCount)
        for index in rows.indices { indices[Self.part(of: rows[index].id)].append(index) }
        for (part, indices) in indices.enumerated() where !indices.isEmpty {
            parts[part].rows = PackedRows(indices.map { rows[$0] })
            parts[part].drawStamp()
            count += parts[part].rows.count
        }
    }

    /// Fibonacci hashing: ids that follow one another come into different parts, and so do pairs of one product.
    static func part(of id: Row.ID) -> Int {
        Int((UInt64(truncatingIfNeeded: id.rawValue) &* 0x9E37_79B9_7F4A_7C15) >> (64 - partBits))
    }

    public subscript(id: Row.ID) -> Row? {
        get { parts[Self.part(of: id)].rows[id] }
        set {
            let part = Self.part(of: id)
            let before = parts[part].rows.count
            parts[part].rows[id] = newValue
            parts[part].drawStamp()
            count += parts[part].rows.count - before
        }
    }

    /// The rows, in no particular order.
    public var values: [Row] { parts.flatMap { part in (0..<part.rows.count).map { part.rows.row(at: $0) } } }

    /// The ids, in no particular order.
    public var ids: [Row.ID] { parts.flatMap { part in (0..<part.rows.count).map { part.rows.id(at: $0) } } }

    /// The ids whose row appeared, changed or went away between an older table and this one.
    public func changes(since old: Self) -> [Row.ID] {
        var changes: [Row.ID] = []
        for (part, before) in zip(parts, old.parts) where part.stamp != before.stamp {
            changes += part.rows.changes(since: before.rows)
        }
        return changes
    }
}

extension RowTable: Equatable {
    public static func == (a: Self, b: Self) -> Bool { a.changes(since: b).isEmpty }
}
