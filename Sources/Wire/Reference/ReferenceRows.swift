public import Inventory

/// Reads the files of the reference tables.
///
/// A file is used whole or not at all: every mistake in it is reported at once.
public enum ReferenceRows {
    /// RFC 4180 CSV. The first line names the columns, in any order; columns of other names are ignored. An
    /// empty field is null.
    public static func products(csv bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        try rows(csv: bytes, of: .products).compactMap { $1.row($0, after: nil) }
    }

    /// One array of objects, or one object a line. Fields of other names are ignored.
    public static func products(json bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        try rows(json: bytes, of: .products).compactMap { $1.row($0, after: nil) }
    }

    /// As `products(csv:)`.
    public static func warehouses(csv bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(csv: bytes, of: .warehouses).compactMap { $1.row($0, after: nil) }
    }

    /// As `products(json:)`.
    public static func warehouses(json bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(json: bytes, of: .warehouses).compactMap { $1.row($0, after: nil) }
    }
}

/// The rows of a file as they are read, each id once.
struct ReferenceCollector<ID: RawRepresentable<Int32> & Sendable, Patch: Sendable> {
    let table: ReferenceTable<ID, Patch>
    private var rows: [(id: ID, patch: Patch)] = []
    private var lines: [Int32: Int] = [:]
    var mistakes = ReferenceMistakes()

    init(_ table: ReferenceTable<ID, Patch>) { self.table = table }

    mutating func add(_ cells: consuming ReferenceCells, line: Int) {
        guard let row = table.read(&cells) else {
            for mistake in cells.mistakes.mistakes { mistakes.add(mistake) }
            return
        }
        if let earlier = lines.updateValue(line, forKey: row.id.rawValue) {
            mistakes.add(
                line: line, column: table.key, found: "\(row.id.rawValue) again",
                expected: "each id once (line \(earlier) has it)")
        }
        rows.append(row)
    }

    func finish() throws(ReferenceMistakes) -> [(id: ID, patch: Patch)] {
        if !mistakes.isEmpty { throw mistakes }
        return rows
    }
}
