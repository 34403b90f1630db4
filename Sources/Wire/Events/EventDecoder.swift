public import Inventory

/// Reads order events from the bytes of a message, in place.
///
/// `predicted` reads a message as producers usually write it, and gives up at anything else. `scanned` reads every
/// message and says what is wrong with a bad one. Where both give an event it is the same one.
public struct EventDecoder: Sendable {
    let signs: SignTable
    let ids: IDs
    /// Whether any id is a text.
    let hasTexts: Bool
    private let columns: EventColumns

    public init(signs: SignTable = .standard, unknownType: UnknownType = .ignore, ids: IDs = .integers) {
        self.signs = signs
        self.ids = ids
        hasTexts = ids.event == .text || !ids.areNumbers
        columns = EventColumns(signs: signs, unknownType: unknownType, ids: ids, format: SourceFormat(.json))
    }

    /// The event a message's value holds. `bytes` are read during the call only and never beyond their end;
    /// nothing is allocated unless the event is bad or writes its fields with escapes.
    public func decode(_ bytes: UnsafeRawBufferPointer) throws(BadEvent) -> OrderEvent {
        let text = bytes.bytes
        if let event = hasTexts ? predictedTexts(text) : predicted(text) { return event }
        return try scanned(text)
    }

    /// Reads the whole message, all of whose grammar is checked, before any field's value.
    func scanned(_ text: RawSpan) throws(BadEvent) -> OrderEvent {
        try RowSpans.checkLength(of: text)
        let row: RowSpans?
        do throws(SyntaxError) {
            row = try columns.map.row(text)
        } catch {
            throw BadEvent(error, in: text)
        }
        guard let row else { throw BadEvent(notAnObject: text) }
        if row.hasMark || row[EventField.eventID.rawValue] == nil {
            try columns.map.rejectForeignChange(text, section: "input")
        }
        return try columns.event(text, row, nil, isCaptured: false)
    }
}
