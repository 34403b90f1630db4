/// The rows of a reference table by id, for tables that change a row at a time while others hold them.
///
/// A copy costs nothing, a change after it what one part of the table costs, and two tables are compared
/// part by part: only those that were changed are looked into.
public struct RowTable<ID, Row>: Sendable
where ID: RawRepresentable<Int32> & Hashable & Sendable, Row: Equatable & Sendable {
    private struct Part: Sendable {
        var rows: [ID: Row] = [:]
        /// Drawn anew at each change: the same stamp means the same rows.
        var stamp: UInt64 = 0
    }

    /// With 100,000 rows 200 of them are copied for a change.
    private static var partCount: Int { 512 }

    private var parts = Array(repeating: Part(), count: partCount)
    public private(set) var count = 0

    public init() {}

    private static func part(of id: ID) -> Int { Int(UInt32(bitPattern: id.rawValue)) % partCount }

    public subscript(id: ID) -> Row? {
        get { parts[Self.part(of: id)].rows[id] }
        set {
            let part = Self.part(of: id)
            let before = parts[part].rows.count
            parts[part].rows[id] = newValue
            parts[part].stamp = parts[part].rows.isEmpty ? 0 : .random(in: 1 ... .max)
            count += parts[part].rows.count - before
        }
    }

    /// The rows, in no particular order.
    public var values: [Row] { parts.flatMap(\.rows.values) }

    /// The ids, in no particular order.
    public var ids: [ID] { parts.flatMap(\.rows.keys) }

    /// The ids whose row appeared, changed or went away between an older table and this one.
    public func changes(since old: Self) -> [ID] {
        var changes: [ID] = []
        for (part, before) in zip(parts, old.parts) where part.stamp != before.stamp {
            for id in before.rows.keys where part.rows[id] == nil { changes.append(id) }
            for (id, row) in part.rows where before.rows[id] != row { changes.append(id) }
        }
        return changes
    }
}
