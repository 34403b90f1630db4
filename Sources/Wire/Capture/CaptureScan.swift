/// What one pass over a message found: the parts of an envelope, and the columns of a row at its top.
struct CaptureScan {
    /// Where the object begins.
    var start = 0
    /// Columns at the top, as a plain or an unwrapped row has them.
    var row = RowSpans()
    /// Columns of the object in `after`.
    var after = RowSpans()
    /// Fields of the object in `source`, by the cases of `SourcePosition`.
    var source = RowSpans()
    /// Fields that ExtractNewRecordState adds, by the columns of `UnwrappedFields`.
    var unwrapped = RowSpans()
    var hasAfter = false
    /// Members by `Member`.
    var members = RowSpans()
    var memberCount = 0

    /// What holds ranges.
    enum Part: CaseIterable {
        case row, after, source, unwrapped, members
    }

    subscript(part: Part) -> RowSpans {
        switch part {
        case .row: row
        case .after: after
        case .source: source
        case .unwrapped: unwrapped
        case .members: members
        }
    }

    @inline(__always)
    mutating func set(_ part: Part, _ number: Int, _ range: Range<Int>) {
        switch part {
        case .row: row.set(number, range)
        case .after: after.set(number, range)
        case .source: source.set(number, range)
        case .unwrapped: unwrapped.set(number, range)
        case .members: members.set(number, range)
        }
    }

    /// The members of an envelope, and of the object that a schema makes of it.
    enum Member: Int, CaseIterable {
        case operation, after, before, source, time, schema, payload
        /// Members of messages that are no rows.
        case status, id, eventCount, ddl, tableChanges

        var name: String {
            switch self {
            case .operation: "op"
            case .after: "after"
            case .before: "before"
            case .source: "source"
            case .time: "ts_ms"
            case .schema: "schema"
            case .payload: "payload"
            case .status: "status"
            case .id: "id"
            case .eventCount: "event_count"
            case .ddl: "ddl"
            case .tableChanges: "tableChanges"
            }
        }

        static let names = ColumnMap(allCases.map(\.name))
    }

    subscript(member: Member) -> Range<Int>? { members[member.rawValue] }

    /// Passes over the object that opens at `at`.
    init(_ text: RawSpan, at: inout Int, _ columns: ColumnMap, _ added: ColumnMap) throws(SyntaxError) {
        var scan = Self()
        scan.start = at
        let names = Member.names
        let positions = SourcePosition.names
        try text.scanMembers(at: &at) { (name, at) throws(SyntaxError) in
            scan.memberCount += 1
            let start = at
            let member = names.find(text, name).flatMap { Member(rawValue: Int($0.column)) }
            switch member {
            case .after where text.has(0x7B, at: at):
                scan.after = RowSpans()
                scan.hasAfter = true
                try columns.scan(text, at: &at, into: &scan.after)
            case .after:
                scan.hasAfter = false
                try text.skipValue(at: &at)
            case .source where text.has(0x7B, at: at):
                scan.source = RowSpans()
                try positions.scan(text, at: &at, into: &scan.source)
            default:
                try text.skipValue(at: &at)
            }
            if let member { scan.members.set(member.rawValue, start..<at) }
            columns.note(text, name, start..<at, into: &scan.row)
            added.note(text, name, start..<at, into: &scan.unwrapped)
        }
        self = scan
    }

    /// Nothing yet.
    init() {}

    /// The columns of the object in `before`, which only a delete asks for.
    func before(_ text: RawSpan, _ columns: ColumnMap) -> RowSpans {
        var row = RowSpans()
        if let before = self[.before], text.has(0x7B, at: before.lowerBound) {
            var at = before.lowerBound
            try? columns.scan(text, at: &at, into: &row)
        }
        return row
    }
}
