/// Reads the schema that Kafka Connect's JsonConverter sends with a value (`schemas.enable`), for what the
/// value itself does not tell.
enum ConnectSchema {
    /// What a field's schema says of its values.
    enum Meaning: Equatable {
        case epoch(FieldEncoding.EpochUnit)
        case decimal(scale: Int)
        /// A number in one of these columns is written as text.
        case text
        case timeOfDay, year, duration
        /// `bit(n)`, the last byte first.
        case bits
        /// Nothing that changes how a value is read.
        case plain
    }

    /// The schema of a field of the struct whose schema is `schema`; a path leads into structs within.
    ///
    /// For a hostile schema the result is nil or a wrong range within it. The text is read at most once for each name
    /// of the path.
    static func field(_ text: RawSpan, of schema: Range<Int>, at path: [[UInt8]]) -> Range<Int>? {
        var schema = schema
        for name in path {
            guard let fields = member("fields", of: schema, in: text),
                let found = element(of: fields, named: name, in: text)
            else { return nil }
            schema = found
        }
        return schema
    }

    static func meaning(_ text: RawSpan, of schema: Range<Int>) -> Meaning {
        guard let name = member("name", of: schema, in: text), text.isString(name) else {
            let type = member("type", of: schema, in: text)
            return type.map { text.matches("\"string\"", at: $0.lowerBound) } ?? false ? .text : .plain
        }
        for (words, meaning) in names where text.matches(words, at: name.lowerBound) { return meaning }
        guard text.matches("\"org.apache.kafka.connect.data.Decimal\"", at: name.lowerBound),
            let parameters = member("parameters", of: schema, in: text),
            let scale = member("scale", of: parameters, in: text),
            let digits = integer(text, scale), 0...38 ~= digits
        else { return .plain }
        return .decimal(scale: digits)
    }

    private static var names: [(StaticString, Meaning)] {
        [
            ("\"io.debezium.time.MicroTimestamp\"", .epoch(.microseconds)),
            ("\"io.debezium.time.Timestamp\"", .epoch(.milliseconds)),
            ("\"io.debezium.time.NanoTimestamp\"", .epoch(.nanoseconds)),
            ("\"io.debezium.time.Date\"", .epoch(.days)),
            ("\"org.apache.kafka.connect.data.Timestamp\"", .epoch(.milliseconds)),
            ("\"org.apache.kafka.connect.data.Date\"", .epoch(.days)),
            ("\"io.debezium.time.MicroTime\"", .timeOfDay),
            ("\"io.debezium.time.Time\"", .timeOfDay),
            ("\"io.debezium.time.NanoTime\"", .timeOfDay),
            ("\"io.debezium.time.ZonedTime\"", .timeOfDay),
            ("\"io.debezium.time.IsoTime\"", .timeOfDay),
            ("\"org.apache.kafka.connect.data.Time\"", .timeOfDay),
            ("\"io.debezium.time.Year\"", .year),
            ("\"io.debezium.time.MicroDuration\"", .duration),
            ("\"io.debezium.time.NanoDuration\"", .duration),
            ("\"io.debezium.time.Interval\"", .duration),
            ("\"io.debezium.data.Bits\"", .bits),
        ]
    }

    /// The value of a member of an object whose grammar was checked; the last of a repeated one.
    static func member(_ name: StaticString, of object: Range<Int>, in text: RawSpan) -> Range<Int>? {
        guard text.has(0x7B, at: object.lowerBound) else { return nil }
        var at = object.lowerBound
        var found: Range<Int>?
        try? text.scanObject(at: &at) { token, value in
            if token.end - token.start == name.utf8CodeUnitCount, text.matches(name, at: token.start) {
                found = value
            }
        }
        return found
    }

    /// The element of an array of field schemas that describes the field of this name.
    private static func element(of array: Range<Int>, named name: [UInt8], in text: RawSpan) -> Range<Int>? {
        guard text.has(0x5B, at: array.lowerBound) else { return nil }
        var at = array.lowerBound + 1
        text.skipSpace(at: &at)
        while at < array.upperBound, !text.has(0x5D, at: at) {
            let start = at
            guard (try? text.skipValue(at: &at)) != nil else { return nil }
            if let field = member("field", of: start..<at, in: text), text.isString(field),
                text.withDecodedString(field, { $0.isEqual(to: name) })
            {
                return start..<at
            }
            text.skipSpace(at: &at)
            guard text.has(0x2C, at: at) else { return nil }
            at += 1
            text.skipSpace(at: &at)
        }
        return nil
    }

    /// A small integer, as a number or as a string (parameters are strings).
    static func integer(_ text: RawSpan, _ value: Range<Int>) -> Int? {
        let digits = text.isString(value) ? value.lowerBound + 1..<value.upperBound - 1 : value
        guard 1...9 ~= digits.count else { return nil }
        var number = 0
        for at in digits {
            let digit = text.byte(at) &- 0x30
            guard digit <= 9 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}

extension RawSpan {
    func isEqual(to bytes: [UInt8]) -> Bool {
        byteCount == bytes.count && bytes.indices.allSatisfy { byte($0) == bytes[$0] }
    }
}
