/// Where the values of an event's fields stand in its message: of a repeated field, the last.
struct EventFields {
    private var starts: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)
    private var ends: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)

    /// Reads the whole message, all of whose grammar is checked, whatever the fields hold. Nil when it is
    /// JSON but no object.
    @inline(__always)
    static func read(_ text: RawSpan) throws(SyntaxError) -> Self? {
        var at = 0
        text.skipSpace(at: &at)
        guard text.has(0x7B, at: at) else {
            try text.skipValue(at: &at)
            try text.skipToEnd(at: &at)
            return nil
        }
        var fields = Self()
        try text.scanObject(at: &at) { name, value in
            if let field = EventField(text, name) { fields.set(field, value) }
        }
        try text.skipToEnd(at: &at)
        return fields
    }

    /// The field's value, nil when the message has none.
    @inline(__always)
    subscript(field: EventField) -> Range<Int>? {
        let (start, end) =
            switch field {
            case .eventID: (starts.0, ends.0)
            case .eventType: (starts.1, ends.1)
            case .productID: (starts.2, ends.2)
            case .warehouseID: (starts.3, ends.3)
            case .quantity: (starts.4, ends.4)
            case .eventTime: (starts.5, ends.5)
            }
        return start < end ? start..<end : nil
    }

    @inline(__always)
    private mutating func set(_ field: EventField, _ value: Range<Int>) {
        switch field {
        case .eventID: (starts.0, ends.0) = (value.lowerBound, value.upperBound)
        case .eventType: (starts.1, ends.1) = (value.lowerBound, value.upperBound)
        case .productID: (starts.2, ends.2) = (value.lowerBound, value.upperBound)
        case .warehouseID: (starts.3, ends.3) = (value.lowerBound, value.upperBound)
        case .quantity: (starts.4, ends.4) = (value.lowerBound, value.upperBound)
        case .eventTime: (starts.5, ends.5) = (value.lowerBound, value.upperBound)
        }
    }
}
