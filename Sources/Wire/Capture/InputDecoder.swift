import Inventory

/// Reads the messages of the input topic: plain rows as `EventDecoder` does, and change data capture.
public struct InputDecoder: Sendable {
    let events: EventDecoder
    let format: SourceFormat

    public init(
        signs: SignTable = .standard, unknownType: UnknownType = .movesNothing,
        format: SourceFormat = SourceFormat()
    ) {
        events = EventDecoder(signs: signs, unknownType: unknownType)
        self.format = format
    }

    /// What a message says. The bytes are read during the call only.
    public func decode(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> InputMessage {
        guard let value else { return .skipped(.tombstone) }
        return .event(try events.decode(value))
    }

    /// As `EventDecoder.typeName`, of a message that holds a row.
    public func typeName(_ value: UnsafeRawBufferPointer) -> String? { events.typeName(value) }
}
