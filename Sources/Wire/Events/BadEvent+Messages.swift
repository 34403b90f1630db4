extension BadEvent {
    /// The text is not JSON, or not even UTF-8: a message that is not UTF-8 says so whatever else is wrong.
    /// What a person would know by name is named.
    init(_ error: SyntaxError, in text: RawSpan) {
        let invalid = text.firstInvalidUTF8()
        if let name = ForeignContent.name(of: text) {
            self.init(
                invalid == nil ? .invalidJSON : .invalidUTF8,
                "the message is \(name), but stockd reads JSON in UTF-8")
        } else if let framing = SchemaFraming(text) {
            self.init(.invalidJSON, framing.sentence("the message"))
        } else if let offset = invalid {
            let found = Quoted.json(text, offset..<min(offset + 4, text.byteCount))
            self.init(.invalidUTF8, "the message is not UTF-8: byte \(offset) begins \(found)")
        } else if text.matches("\u{FEFF}", at: 0) {
            self.init(.invalidJSON, "the message begins with a byte order mark, which JSON does not allow")
        } else if text.byteCount == 0 {
            self.init(.invalidJSON, "the message is empty, which is not JSON")
        } else if error.offset >= text.byteCount {
            self.init(
                .invalidJSON,
                "the message ends at byte \(text.byteCount) where \(error.expected.description) was expected")
        } else {
            let rest = Quoted.json(text, error.offset..<text.byteCount, limit: 40)
            self.init(
                .invalidJSON,
                "the message is not JSON at byte \(error.offset): expected "
                    + "\(error.expected.description), found \(rest)")
        }
    }

    init(notAnObject text: RawSpan) {
        let found = Quoted.json(text, 0..<text.byteCount)
        var at = 0
        text.skipSpace(at: &at)
        let what =
            text.matches("\"{", at: at)
            ? "is a string that holds JSON, which was written as JSON twice" : "is not a JSON object"
        self.init(.notAnObject, "the message \(what): \(found)")
    }

    init(missing name: String) {
        self.init(.missingField, "\(name) is missing")
    }

    init(_ name: String, isNo wanted: String, _ value: Range<Int>, in text: RawSpan) {
        let kind =
            switch text.byte(value.lowerBound) {
            case 0x22: "the string "
            case 0x7B: "the object "
            case 0x5B: "the array "
            default: ""
            }
        self.init(.wrongType, "\(name) is not \(wanted) but \(kind)\(Quoted.json(text, value))")
    }

    init(fractional name: String, _ value: Range<Int>, in text: RawSpan) {
        self.init(.notAnInteger, "\(name) is not an integer: \(Quoted.json(text, value))")
    }

    init(
        _ field: EventField, called name: String, outside allowed: ClosedRange<Int64>, _ value: Range<Int>,
        in text: RawSpan
    ) {
        let reason: Reason =
            switch field {
            case .productID: .productIDOutOfRange
            case .warehouseID: .warehouseIDOutOfRange
            case .quantity: .quantityOutOfRange
            case .eventID, .eventType, .eventTime: .eventIDOutOfRange
            }
        self.init(
            reason,
            "\(name) is not between \(allowed.lowerBound) and \(allowed.upperBound): "
                + Quoted.json(text, value))
    }

    init(noEpoch value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(
            .invalidTimestamp,
            "\(name) is not a 64-bit integer of seconds, milliseconds, microseconds or nanoseconds: "
                + Quoted.json(text, value))
    }

    /// - Parameter unit: nil where the number's size tells it.
    init(unwritable value: Range<Int>, _ unit: FieldEncoding.EpochUnit?, of name: String, in text: RawSpan) {
        let unit = unit.map { " \($0.word)" } ?? ""
        self.init(
            .invalidTimestamp, "\(name) is outside the years 0000 to 9999: \(Quoted.json(text, value))\(unit)")
    }

    init(noInstant value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(
            .invalidTimestamp,
            "\(name) is not an instant such as 2026-03-30T12:00:00Z: \(Quoted.json(text, value))")
    }

    init(unknownType value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(.unknownType, "\(name) is not in events.types: \(Quoted.json(text, value))")
    }
}
