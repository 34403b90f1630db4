public import Inventory

/// Reads the reference tables: whole files, and single rows from a topic.
///
/// A file is used whole or not at all: every mistake in it is reported at once.
public enum ReferenceRows {
    /// RFC 4180 CSV. The first line names the columns, in any order; columns of other names are ignored. An
    /// empty field is null.
    public static func products(csv bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        try rows(csv: bytes, of: .products)
    }

    /// One array of objects, or one object a line. Fields of other names are ignored.
    public static func products(json bytes: [UInt8]) throws(ReferenceMistakes) -> [Product] {
        try rows(json: bytes, of: .products)
    }

    /// As `products(csv:)`.
    public static func warehouses(csv bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(csv: bytes, of: .warehouses)
    }

    /// As `products(json:)`.
    public static func warehouses(json bytes: [UInt8]) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(json: bytes, of: .warehouses)
    }
}

/// The rows of a file as they are read, each id once.
struct ReferenceCollector<Row> {
    let table: ReferenceTable<Row>
    private var rows: [Row] = []
    private var lines: [Int32: Int] = [:]
    var mistakes = ReferenceMistakes()

    init(_ table: ReferenceTable<Row>) { self.table = table }

    mutating func add(_ cells: consuming ReferenceCells, line: Int) {
        guard let (id, row) = table.read(&cells) else {
            for mistake in cells.mistakes.mistakes { mistakes.add(mistake) }
            return
        }
        if let earlier = lines.updateValue(line, forKey: id) {
            mistakes.add(
                line: line, column: table.key, found: "\(id) again",
                expected: "each id once (line \(earlier) has it)")
        }
        rows.append(row)
    }

    func finish() throws(ReferenceMistakes) -> [Row] {
        if !mistakes.isEmpty { throw mistakes }
        return rows
    }
}
