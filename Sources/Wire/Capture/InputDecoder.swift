public import Inventory

/// Reads the messages of the input topic: plain rows as `EventDecoder` does, and change data capture in
/// every envelope that Debezium writes.
public struct InputDecoder: Sendable {
    let events: EventDecoder
    let columns: EventColumns
    let envelopes: EnvelopeReader
    let format: SourceFormat
    /// A plain row has the standard columns, so that the quick decoder reads it.
    let isStandard: Bool

    public init(
        signs: SignTable = .standard, unknownType: UnknownType = .ignore, ids: IDs = .integers,
        format: SourceFormat = SourceFormat()
    ) {
        events = EventDecoder(signs: signs, unknownType: unknownType, ids: ids)
        columns = EventColumns(signs: signs, unknownType: unknownType, ids: ids, format: format)
        envelopes = EnvelopeReader(
            columns: columns.map, key: EventField.eventID.rawValue, format: format, section: "input")
        self.format = format
        isStandard = format.fields.isEmpty && format.encodings.isEmpty && format.envelope != .debezium
    }

    /// What a message says. The bytes are read during the call only and never beyond their end.
    ///
    /// A message without a value deletes the row its key names, unless the format is plain rows alone.
    public func decode(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> InputMessage {
        guard let value else { return try tombstone(key) }
        let text = value.bytes
        if isStandard {
            if let event = events.hasTexts ? events.predictedTexts(text) : events.predicted(text) {
                return .event(event)
            }
            if format.envelope == .json { return .event(try events.scanned(text)) }
        }
        return try captured(text, key)
    }

    private func captured(_ text: RawSpan, _ key: UnsafeRawBufferPointer?) throws(BadEvent) -> InputMessage {
        switch try envelopes.read(text) {
        case .row(let row, let schema, _, isCaptured: false):
            return .event(try columns.event(text, row, schema, isCaptured: false))
        case .row(let row, let schema, let version, isCaptured: true):
            return .change(try columns.upsert(text, row, schema, version))
        case .delete(let row, let schema, let version):
            return .change(.delete(try deleted(text, row, schema, key), version))
        case .truncate(let version): return .change(.truncate(version))
        case .skipped(.tombstone): return try tombstone(key)
        case .skipped(let reason): return .skipped(reason)
        }
    }

    // MARK: Deletes

    /// The event that a delete names: in the key, or else in the old row.
    ///
    /// If the key does not name it, a number 0 or an empty text in the old row may be invented: the connector writes
    /// that for a column that PostgreSQL's replica identity left out.
    private func deleted(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ key: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> EventID {
        if let key, let id = named(by: key) { return id }
        guard let value = row[EventField.eventID.rawValue], key == nil || !text.matches("\"\"", at: value.lowerBound)
        else {
            throw BadEvent(noKey: columns.name(.eventID), key)
        }
        let id = try columns.id(text, row, schema)
        if key != nil, Self.zeros.contains(id), !text.matches("\"0\"", at: value.lowerBound) {
            throw BadEvent(noKey: columns.name(.eventID), key)
        }
        return id
    }

    /// The ids that 0 makes, as an integer and as a text.
    private static let zeros = [EventID(0), [UInt8](arrayLiteral: 0x30).withUnsafeBytes { TextHash.id($0) }]

    /// On a topic of plain events alone a key may be anything, and on one of rows it must be readable.
    private func tombstone(_ key: UnsafeRawBufferPointer?) throws(BadEvent) -> InputMessage {
        guard format.envelope != .json, let key else { return .skipped(.tombstone) }
        if let id = named(by: key) { return .change(.delete(id, .tombstone)) }
        if format.envelope == .debezium, let framing = SchemaFraming(key.bytes) {
            throw BadEvent(.missingKey, framing.sentence("the key"))
        }
        return .skipped(.tombstone)
    }

    /// The event a key names, `{"event_id":7}` with or without its schema. A bare number names nothing: it
    /// may as well be the product.
    private func named(by key: UnsafeRawBufferPointer) -> EventID? {
        let text = key.bytes
        guard let (row, schema) = envelopes.key(text), row[EventField.eventID.rawValue] != nil else {
            return nil
        }
        return try? columns.id(text, row, schema)
    }

    // MARK: For the log

    /// The type of an event as text, for the one log line an unknown type gets: at most 200 bytes of it,
    /// control characters escaped. Nil when the message has none.
    public func typeName(_ value: UnsafeRawBufferPointer) -> String? {
        let text = value.bytes
        guard case .row(let row, _, _, _) = try? envelopes.read(text) else { return nil }
        return columns.typeName(text, row)
    }
}
