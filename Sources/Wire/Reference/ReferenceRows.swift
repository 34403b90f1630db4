public import Inventory

/// Reads the files of the reference tables.
///
/// A file is used whole or not at all: every mistake in it is reported at once. A file of another kind altogether has
/// one mistake.
public enum ReferenceRows {
    /// The rows of a file, and what a person should know of it although it is no mistake.
    public struct Read<Row: Sendable>: Sendable {
        public var rows: [Row]
        public var notes: [String]

        public init(rows: [Row], notes: [String]) {
            self.rows = rows
            self.notes = notes
        }
    }

    /// The products of a file, which is JSON if it begins with `[` or `{`, and else CSV.
    ///
    /// - Parameter path: Its ending tells no more than whether tabs may separate the columns.
    public static func products(
        file bytes: [UInt8], path: String, _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> Read<Product> {
        let (rows, notes) = try rows(file: bytes, path: path, of: .products(ids))
        return Read(rows: rows.compactMap { $1.row($0, after: nil) }, notes: notes)
    }

    /// As `products(file:path:)`.
    public static func warehouses(
        file bytes: [UInt8], path: String, _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> Read<Warehouse> {
        let (rows, notes) = try rows(file: bytes, path: path, of: .warehouses(ids))
        return Read(rows: rows.compactMap { $1.row($0, after: nil) }, notes: notes)
    }

    /// As `products(file:path:)`.
    public static func thresholds(
        file bytes: [UInt8], path: String, _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> Read<PairThreshold> {
        let (rows, notes) = try rows(file: bytes, path: path, of: .thresholds(ids))
        return Read(rows: rows.compactMap { $1.row($0, after: nil) }, notes: notes)
    }

    /// RFC 4180 CSV. The first line names the columns, in any order; columns of other names are ignored. An
    /// empty field is null.
    public static func products(
        csv bytes: [UInt8], _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> [Product] {
        try rows(csv: text(bytes), .csv, of: .products(ids)).rows.compactMap { $1.row($0, after: nil) }
    }

    /// One array of objects, or one object after the other. Fields of other names are ignored.
    public static func products(
        json bytes: [UInt8], _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> [Product] {
        try rows(json: text(bytes), of: .products(ids)).rows.compactMap { $1.row($0, after: nil) }
    }

    /// As `products(csv:)`.
    public static func warehouses(
        csv bytes: [UInt8], _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(csv: text(bytes), .csv, of: .warehouses(ids)).rows.compactMap { $1.row($0, after: nil) }
    }

    /// As `products(json:)`.
    public static func warehouses(
        json bytes: [UInt8], _ ids: IDs = .integers
    ) throws(ReferenceMistakes) -> [Warehouse] {
        try rows(json: text(bytes), of: .warehouses(ids)).rows.compactMap { $1.row($0, after: nil) }
    }
}

extension ReferenceRows {
    /// A table's rows as they are read.
    typealias Rows<Patch: RowPatch> = (rows: [(id: Patch.Row.ID, patch: Patch)], notes: [String])

    private static func rows<Patch>(
        file bytes: [UInt8], path: String, of table: ReferenceTable<Patch>
    ) throws(ReferenceMistakes) -> Rows<Patch> {
        let bytes = try text(bytes)
        let text = bytes.span.bytes
        var at = text.matches("\u{FEFF}", at: 0) ? 3 : 0
        text.skipSpace(at: &at)
        let path = path.lowercased()
        // Empty or blank: only the ending is left to tell what it should have been.
        let isJSON = at == text.byteCount ? [".json", ".jsonl", ".ndjson"].contains { path.hasSuffix($0) } : false
        if isJSON || text.has(0x5B, at: at) || text.has(0x7B, at: at) { return try rows(json: bytes, of: table) }
        return try rows(csv: bytes, path.hasSuffix(".csv") ? .csv : .other, of: table)
    }

    /// The bytes of a text in UTF-8, without the Ctrl-Z with which old programs end a file.
    private static func text(_ bytes: [UInt8]) throws(ReferenceMistakes) -> [UInt8] {
        let text = bytes.span.bytes
        if let name = ForeignContent.name(of: text) {
            throw ReferenceMistakes(line: nil, found: name, expected: "CSV or JSON, unpacked and in UTF-8")
        }
        if let offset = text.firstInvalidUTF8() {
            var lines = LineCounter()
            let found = Quoted.text(text, offset..<min(offset + 4, text.byteCount))
            throw ReferenceMistakes(
                line: lines.line(of: offset, in: text), found: "bytes that are not UTF-8, \(found)",
                expected: "a file saved as UTF-8")
        }
        return bytes.last == 0x1A ? bytes.dropLast() : bytes
    }
}

/// The rows of a file as they are read, each id once.
struct ReferenceCollector<Patch: RowPatch> {
    typealias ID = Patch.Row.ID

    let table: ReferenceTable<Patch>
    private var rows: [(id: ID, patch: Patch)] = []
    private var lines: [ID: Int] = [:]
    /// Labels that no row had so far.
    private var unseen: [String]
    private var isFirst = true
    var mistakes = ReferenceMistakes()
    /// The first row shows that the file holds something else, so the rest need not be read.
    private(set) var isForeign = false

    init(_ table: ReferenceTable<Patch>) {
        self.table = table
        unseen = table.labels
    }

    mutating func add(_ cells: consuming ReferenceCells, line: Int) {
        if isFirst, cells.isForeign {
            return add(other: "a row with none of the fields", expected: table.columns.joined(separator: ", "), line)
        }
        isFirst = false
        unseen.removeAll { cells.names($0) }
        guard let row = table.read(&cells) else {
            for mistake in cells.mistakes.mistakes { mistakes.add(mistake) }
            return
        }
        if let earlier = lines.updateValue(line, forKey: row.id) {
            let numbers = table.numbers(&cells) ?? []
            let shown = numbers.enumerated().map { table.shown($1, of: $0) }
            mistakes.add(
                line: line, column: table.keys.joined(separator: ", "),
                found: "\(shown.joined(separator: ", ")) again",
                expected: "each id once (line \(earlier) has it)")
        }
        rows.append(row)
    }

    /// Notes something that is no row.
    mutating func add(other found: String, expected: String, _ line: Int) {
        mistakes.add(line: line, found: found, expected: expected)
        isForeign = isFirst
        isFirst = false
    }

    func finish() throws(ReferenceMistakes) -> ReferenceRows.Rows<Patch> {
        if !mistakes.isEmpty { throw mistakes }
        let isNoted = !rows.isEmpty && !unseen.isEmpty
        return (rows, isNoted ? ["no row has a " + unseen.joined(separator: " or a ")] : [])
    }
}
