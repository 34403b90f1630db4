import Inventory

/// A message of a topic without the envelope it came in.
enum CapturedMessage {
    /// The new row. One that comes from a database may hold values as Debezium encodes them.
    case row(RowSpans, RowSchema?, RowVersion, isCaptured: Bool)
    /// The deleted row, as far as the message holds it.
    case delete(RowSpans, RowSchema?, RowVersion)
    case truncate(RowVersion)
    case skipped(SkipReason)
}

/// Recognises the envelopes, and unwraps them.
struct EnvelopeReader: Sendable {
    private let columns: ColumnMap
    private let added: ColumnMap
    /// The column that identifies a row.
    private let key: Int
    private let envelope: SourceFormat.Envelope
    /// The configuration's section of the topic.
    private let section: String
    /// Nil where a field may be named `schema` or `payload`, and for plain rows alone.
    private let memory: SchemaMemory?
    private let shapes = ShapeMemory()

    init(columns: ColumnMap, key: Int, format: SourceFormat, section: String) {
        self.section = section
        self.columns = columns
        self.key = key
        envelope = format.envelope
        let added = UnwrappedFields.names(prefix: format.unwrapPrefix)
        self.added = added
        let isApart = ["schema", "payload"].allSatisfy { !columns.leads(from: $0) && !added.leads(from: $0) }
        memory = isApart && format.envelope != .json ? SchemaMemory() : nil
    }

    /// Reads a whole message, all of whose grammar is checked.
    func read(_ text: RawSpan) throws(BadEvent) -> CapturedMessage {
        try RowSpans.checkLength(of: text)
        if text.matches(Self.beginning, at: 0), let known = try remembered(text) { return known }
        let scan = try scan(text, from: 0, isWhole: true)
        guard envelope != .json else {
            try rejectForeignChange(text, scan, if: scan.row[key] == nil)
            return .row(scan.row, nil, .none, isCaptured: false)
        }
        guard scan.row[key] == nil, let payload = scan[.payload], let schema = scan[.schema],
            scan[.operation] == nil
        else { return try content(text, scan, schema: nil) }
        if text.matches("null", at: payload.lowerBound) { return .skipped(.tombstone) }
        guard text.has(0x7B, at: payload.lowerBound) else {
            throw BadEvent(notAnObject: text.extracting(payload))
        }
        let inner = try self.scan(text, from: payload.lowerBound, isWhole: false)
        guard text.has(0x7B, at: schema.lowerBound) else { return try content(text, inner, schema: nil) }
        if scan.memberCount == 2, schema.lowerBound < payload.lowerBound, text.matches(Self.beginning, at: 0) {
            memory?.remember(text, schema: schema, payload: payload.lowerBound)
        }
        return try content(text, inner, schema: FoundSchema(range: schema))
    }

    /// How messages with a schema begin; only these look into the memory.
    private static var beginning: StaticString { "{\"schema\":" }

    /// Reads a message that begins as the one before it. Nil if anything but one object follows that beginning: then
    /// the whole must be read.
    @inline(never)
    private func remembered(_ text: RawSpan) throws(BadEvent) -> CapturedMessage? {
        guard let memory, let match = memory.match(text), text.has(0x7B, at: match.payload) else {
            return nil
        }
        var at = match.payload
        guard let inner = try? scan(text, at: &at) else { return nil }
        text.skipSpace(at: &at)
        guard text.has(0x7D, at: at) else { return nil }
        at += 1
        guard (try? text.skipToEnd(at: &at)) != nil else { return nil }
        let schema = FoundSchema(range: match.schema, memory: memory, generation: match.generation)
        return try content(text, inner, schema: schema)
    }

    /// The columns in a message's key, which is an object with or without its schema; nil for another key.
    func key(_ text: RawSpan) -> (RowSpans, RowSchema?)? {
        // Most other keys are one value, and what is wrong with it need not be told.
        var start = 0
        text.skipSpace(at: &start)
        guard text.byteCount <= RowSpans.longestText, text.has(0x7B, at: start),
            let scan = try? scan(text, from: start, isWhole: true)
        else { return nil }
        guard scan.row[key] == nil, let payload = scan[.payload], let schema = scan[.schema],
            text.has(0x7B, at: payload.lowerBound)
        else { return (scan.row, nil) }
        guard let inner = try? self.scan(text, from: payload.lowerBound, isWhole: false) else { return nil }
        return (inner.row, RowSchema(found: FoundSchema(range: schema), part: .whole))
    }

    /// The range of a key that is one value, without the schema that may be around it.
    func bareKey(_ text: RawSpan) -> Range<Int> {
        guard text.byteCount <= RowSpans.longestText, let scan = try? scan(text, from: 0, isWhole: true),
            let payload = scan[.payload], scan[.schema] != nil
        else { return 0..<text.byteCount }
        return payload
    }

    private func scan(_ text: RawSpan, from start: Int, isWhole: Bool) throws(BadEvent) -> CaptureScan {
        let found: CaptureScan?
        do throws(SyntaxError) {
            found = try object(text, from: start, isWhole: isWhole)
        } catch {
            throw BadEvent(error, in: text)
        }
        guard let found else { throw BadEvent(notAnObject: text) }
        return found
    }

    /// Passes over the object that opens at `at`.
    private func scan(_ text: RawSpan, at: inout Int) throws(SyntaxError) -> CaptureScan {
        var scan = CaptureScan()
        if shapes.scan(text, at: &at, into: &scan) { return scan }
        let start = at
        scan = try CaptureScan(text, at: &at, columns, added)
        // What has a schema has another memory, and its payload is scanned by itself.
        if scan[.schema] == nil { shapes.remember(text, start..<at, scan) }
        return scan
    }

    /// Nil when the value is JSON but no object.
    @inline(__always)
    private func object(
        _ text: RawSpan, from start: Int, isWhole: Bool
    ) throws(SyntaxError) -> CaptureScan? {
        var at = start
        text.skipSpace(at: &at)
        guard text.has(0x7B, at: at) else {
            try text.skipValue(at: &at)
            try text.skipToEnd(at: &at)
            return nil
        }
        let scan = try scan(text, at: &at)
        if isWhole { try text.skipToEnd(at: &at) }
        return scan
    }

    @inline(__always)
    private func rejectForeignChange(
        _ text: RawSpan, _ scan: CaptureScan, if isSuspect: Bool = false
    ) throws(BadEvent) {
        if isSuspect || scan.row.hasMark { try columns.rejectForeignChange(text, at: scan.start, section: section) }
    }

    private func content(
        _ text: RawSpan, _ scan: CaptureScan, schema: FoundSchema?
    ) throws(BadEvent) -> CapturedMessage {
        try rejectForeignChange(text, scan)
        if scan.row[key] == nil {
            if let operation = scan[.operation], text.isString(operation),
                scan[.after] != nil || scan[.before] != nil || scan[.source] != nil
            {
                return try change(text, scan, schema)
            }
            if let reason = notice(text, scan) { return .skipped(reason) }
            try rejectForeignChange(text, scan, if: true)
        }
        let rowSchema = schema.map { RowSchema(found: $0, part: .whole) }
        if scan.unwrapped.isEmpty {
            return .row(scan.row, rowSchema, .none, isCaptured: envelope == .debezium || schema != nil)
        }
        let operation = UnwrappedFields.operation(text, scan.unwrapped)
        let version = SourcePosition.version(text, scan.unwrapped, operation: operation)
        if operation == Operation.delete.rawValue { return .delete(scan.row, rowSchema, version) }
        return .row(scan.row, rowSchema, version, isCaptured: true)
    }

    /// The change that an envelope describes.
    private func change(
        _ text: RawSpan, _ scan: CaptureScan, _ schema: FoundSchema?
    ) throws(BadEvent) -> CapturedMessage {
        let operation = try Operation(text, scan)
        let version = SourcePosition.version(text, scan.source, operation: operation.rawValue)
        switch operation {
        case .create, .read, .update:
            guard scan.hasAfter else {
                try rejectForeignChange(text, scan, if: true)
                throw BadEvent(missingRow: operation)
            }
            try rejectForeignChange(text, scan, if: scan.after[key] == nil)
            let schema = schema.map { RowSchema(found: $0, part: .after) }
            return .row(scan.after, schema, version, isCaptured: true)
        case .delete:
            let hasRow = scan[.before].map { text.has(0x7B, at: $0.lowerBound) } ?? false
            try rejectForeignChange(text, scan, if: !hasRow)
            let schema = schema.map { RowSchema(found: $0, part: .before) }
            return .delete(scan.before(text, columns), schema, version)
        case .truncate: return .truncate(version)
        case .message: return .skipped(.logicalMessage)
        }
    }

    /// Which of the messages that connectors send besides rows this is.
    @inline(never)
    private func notice(_ text: RawSpan, _ scan: CaptureScan) -> SkipReason? {
        guard scan.row.isEmpty, scan.unwrapped.isEmpty else { return nil }
        if let time = scan[.time], scan.memberCount == 1, text.isNumber(time) { return .heartbeat }
        if let status = scan[.status], scan[.id] != nil, scan[.time] != nil || scan[.eventCount] != nil,
            text.matches("\"BEGIN\"", at: status.lowerBound) || text.matches("\"END\"", at: status.lowerBound)
        {
            return .transaction
        }
        if scan[.source] != nil, scan[.ddl] != nil || scan[.tableChanges] != nil { return .schemaChange }
        return nil
    }
}
