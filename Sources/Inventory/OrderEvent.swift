/// One order event, its type already resolved through the sign table.
public struct OrderEvent: Equatable, Sendable {
    public var id: EventID
    /// In one field: the compiler handles a struct of more than six fields worse.
    @usableFromInline var packedPair: UInt64
    /// Units the event moves: the quantity times its type's sign, 0 for an unknown type.
    public var units: Int64
    public var time: Timestamp
    /// False when the type is not in the sign table: it moves nothing, is counted and logged once per type.
    public var typeIsKnown: Bool

    @inlinable public init(id: EventID, pair: Pair, units: Int64, time: Timestamp, typeIsKnown: Bool = true) {
        self.id = id
        packedPair = pair.rawValue
        self.units = units
        self.time = time
        self.typeIsKnown = typeIsKnown
    }

    @inlinable public var pair: Pair {
        get { Pair(rawValue: packedPair) }
        set { packedPair = newValue.rawValue }
    }
}

/// An event and its position in the input.
public struct PlacedEvent: Sendable {
    public var event: OrderEvent
    /// The index of its input partition in the shard.
    public var input: Int
    public var source: Source

    @inlinable public init(event: OrderEvent, input: Int, source: Source) {
        self.event = event
        self.input = input
        self.source = source
    }
}
