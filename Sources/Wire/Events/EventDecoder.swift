public import Inventory

/// Reads order events from the bytes of a message, in place.
///
/// A message as producers usually write it is read by `predicted`, which only knows that form and gives
/// up at anything else; `scanned` reads every message and says what is wrong with a bad one. Where both
/// give an event it is the same one.
public struct EventDecoder: Sendable {
    let signs: SignTable
    let unknownType: UnknownType

    public init(signs: SignTable = .standard, unknownType: UnknownType = .movesNothing) {
        self.signs = signs
        self.unknownType = unknownType
    }

    /// The event a message's value holds. `bytes` are read during the call only and never beyond their end;
    /// nothing is allocated unless the event is bad or writes its fields with escapes.
    public func decode(_ bytes: UnsafeRawBufferPointer) throws(BadEvent) -> OrderEvent {
        let text = bytes.bytes
        if let event = predicted(text) { return event }
        return try scanned(text)
    }

    /// The type of an event as text, for the one log line an unknown type gets: at most 200 bytes of it,
    /// control characters escaped. Nil when the message has none.
    public func typeName(_ bytes: UnsafeRawBufferPointer) -> String? {
        let text = bytes.bytes
        guard let fields = try? EventFields.read(text), let value = fields[.eventType],
            text.isString(value)
        else { return nil }
        let name = text.unescaped(text.token(value))
        return Quoted.json(name.span.bytes, 0..<name.count)
    }
}
