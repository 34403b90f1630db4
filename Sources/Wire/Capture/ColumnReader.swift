import Inventory

/// One column: what it is called, and how its values are read.
///
/// A value tells by itself how to read it, or its schema does; where neither tells, the configuration does.
struct ColumnReader: Sendable {
    /// Our name, and the column's where it has another.
    let name: String
    private let column: Int
    private let path: [[UInt8]]
    private let encoding: FieldEncoding?
    /// The configuration key of this column's encoding.
    private let encodingsKey: String
    /// Whether `true` and `false` are numbers: MySQL's tinyint(1) may be sent like that.
    private let takesBooleans: Bool

    /// - Parameters:
    ///   - column: The column's number in its row.
    ///   - section: The configuration's section of the topic.
    init(field: String, column: Int, format: SourceFormat, section: String) {
        self.column = column
        takesBooleans = field == "quantity" || field == "reorder_threshold"
        encodingsKey = "\(section).encodings.\(field)"
        let column = format.fields[field] ?? field
        name = column == field ? field : "\(field) (column \(column))"
        path = column.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        encoding = format.encodings[field]
    }

    private func meaning(_ text: RawSpan, _ schema: RowSchema?) -> ConnectSchema.Meaning {
        schema?.meaning(text, column: column, at: path) ?? .plain
    }

    // MARK: Numbers

    /// The integer in a value.
    ///
    /// - Parameter isCaptured: The row comes from a database, so values may be encoded; a plain row is read strictly.
    @inline(__always)
    func integer(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool
    ) throws(BadEvent) -> ExactInteger {
        if text.isNumber(value) { return ExactInteger(text, value) }
        return try awkwardInteger(text, value, schema, isCaptured)
    }

    @inline(never)
    private func awkwardInteger(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, _ isCaptured: Bool
    ) throws(BadEvent) -> ExactInteger {
        if isCaptured, let number = boolean(text, value) { return .value(number) }
        guard let decimal = try decimal(text, value, schema, isCaptured: isCaptured) else {
            var bad = BadEvent(name, isNo: "an integer", value, in: text)
            if isCaptured, let hint = hint(text, value) { bad.message += hint }
            throw bad
        }
        return ExactInteger(decimal)
    }

    func boolean(_ text: RawSpan, _ value: Range<Int>) -> Int64? {
        guard takesBooleans else { return nil }
        if text.matches("true", at: value.lowerBound) { return 1 }
        return text.matches("false", at: value.lowerBound) ? 0 : nil
    }

    /// True when a string of the column holds its number as written, and cannot be its bytes.
    func isWritten(_ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool) -> Bool {
        switch meaning(text, schema) {
        case .text: return true
        case .decimal, .bits: return false
        default: break
        }
        if let encoding { return encoding == .text }
        return !isCaptured || !Self.isBase64(text, value)
    }

    /// How to have a number read that stands in quotes. Nil for another value.
    func hint(_ text: RawSpan, _ value: Range<Int>) -> String? {
        guard encoding == nil, text.isString(value), Self.written(text, value) != nil else { return nil }
        return "; set \(encodingsKey) to text to read numbers in quotes"
    }

    /// The number in a string or an object; nil for another value, such as a JSON number.
    func decimal(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool
    ) throws(BadEvent) -> ExactDecimal? {
        if isCaptured, text.has(0x7B, at: value.lowerBound) { return Self.scaled(text, value) }
        guard text.isString(value) else { return nil }
        if isCaptured, Unavailable.fills(text, value) { throw BadEvent(unavailable: name) }
        switch meaning(text, schema) {
        case .decimal(let scale): return Self.base64(text, value, scale: scale)
        case .text: return Self.written(text, value)
        case .bits: throw BadEvent(noDigits: name, "a string of bits", value, in: text)
        case .epoch, .plain, .timeOfDay, .year, .duration: break
        }
        switch encoding {
        case .base64(let scale): return Self.base64(text, value, scale: scale)
        case .text: return Self.written(text, value)
        case .epoch: return nil
        case nil:
            guard isCaptured, Self.isBase64(text, value) else { return nil }
            if Self.written(text, value) != nil {
                throw BadEvent(eitherDigitsOrBytes: name, key: encodingsKey, value, in: text)
            }
            throw BadEvent(noScale: name, key: encodingsKey, value, in: text)
        }
    }

    private static func isBase64(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        text.withDecodedString(value) { Base64Decimal.unscaled($0) } != nil
    }

    /// The number that a string holds, zeros in front allowed.
    private static func written(_ text: RawSpan, _ value: Range<Int>) -> ExactDecimal? {
        text.withDecodedString(value) { digits in
            let sign = digits.has(0x2D, at: 0) ? 1 : 0
            var first = sign
            while first + 1 < digits.byteCount, digits.byte(first) == 0x30, digits.byte(first + 1) &- 0x30 <= 9 {
                first += 1
            }
            return ExactDecimal(digits.copy(0..<sign) + digits.copy(first..<digits.byteCount))
        }
    }

    /// Debezium's VariableScaleDecimal: `{"scale":2,"value":"B88="}`.
    private static func scaled(_ text: RawSpan, _ value: Range<Int>) -> ExactDecimal? {
        guard let scale = ConnectSchema.member("scale", of: value, in: text),
            let digits = ConnectSchema.integer(text, scale), 0...38 ~= digits,
            let bytes = ConnectSchema.member("value", of: value, in: text), text.isString(bytes)
        else { return nil }
        return base64(text, bytes, scale: digits)
    }

    private static func base64(_ text: RawSpan, _ value: Range<Int>, scale: Int) -> ExactDecimal? {
        let unscaled = text.withDecodedString(value) { Base64Decimal.unscaled($0) }
        guard let unscaled, unscaled.magnitude < DecimalText.limit else { return nil }
        return ExactDecimal(unscaled: unscaled, scale: scale)
    }

    /// Whether the value is a number that is not written as one.
    func holdsEncodedNumbers(_ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?) -> Bool {
        if text.has(0x7B, at: value.lowerBound) { return true }
        switch meaning(text, schema) {
        case .decimal, .bits: return true
        default: if case .base64 = encoding { return true } else { return false }
        }
    }

    // MARK: Instants

    func instant(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool
    ) throws(BadEvent) -> Timestamp {
        if text.isNumber(value) {
            guard case .value(let number) = ExactInteger(text, value) else {
                throw BadEvent(noEpoch: value, of: name, in: text)
            }
            try rejectOtherTimes(text, value, schema)
            return try instant(number, unit(text, schema), text, value)
        }
        guard text.isString(value) else { throw BadEvent(name, isNo: "an instant", value, in: text) }
        let time = text.withDecodedString(value) { RFC3339.parse($0, 0..<$0.byteCount) }
        if let time { return time }
        if isCaptured, let day = text.withDecodedString(value, Self.day) { return day }
        if text.withDecodedString(value, Infinity.isWritten) { throw BadEvent(infinite: value, of: name, in: text) }
        try rejectOtherTimes(text, value, schema)
        if text.withDecodedString(value, { RFC3339.leavesYears($0, 0..<$0.byteCount) }) {
            throw BadEvent(unwritable: value, nil, of: name, in: text)
        }
        throw BadEvent(noInstant: value, of: name, in: text)
    }

    /// Throws when the schema says that the column holds times which are no instants.
    private func rejectOtherTimes(_ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?) throws(BadEvent) {
        let type: String
        switch meaning(text, schema) {
        case .timeOfDay: type = "a time of day"
        case .year: type = "a year"
        case .duration: type = "a length of time"
        default: return
        }
        throw BadEvent(type, noInstant: value, of: name, in: text)
    }

    private func unit(_ text: RawSpan, _ schema: RowSchema?) -> FieldEncoding.EpochUnit? {
        if case .epoch(let unit) = meaning(text, schema) { return unit }
        if case .epoch(let unit) = encoding { return unit }
        return nil
    }

    private func instant(
        _ number: Int64, _ unit: FieldEncoding.EpochUnit?, _ text: RawSpan, _ value: Range<Int>
    ) throws(BadEvent) -> Timestamp {
        if Infinity.contains(number, in: unit) {
            throw BadEvent(infinite: value, of: name, in: text)
        }
        let instant = unit.map { Epoch.instant(number, in: $0) } ?? Epoch.instant(number)
        guard let instant, Epoch.isWritable(instant) else {
            throw BadEvent(unwritable: value, unit, of: name, in: text)
        }
        return instant
    }

    /// `2026-03-30` and `2026-03-30Z`: a date column as text is the beginning of the day.
    private static func day(_ text: RawSpan) -> Timestamp? {
        guard text.byteCount == 10 || text.byteCount == 11 && text.has(0x5A, at: 10) else { return nil }
        let whole = text.copy(0..<10) + Array("T00:00:00Z".utf8)
        return RFC3339.parse(whole.span.bytes, 0..<whole.count)
    }
}

/// What Debezium writes for a column that PostgreSQL did not log because an update left it alone.
enum Unavailable {
    static func fills(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        text.matches("\"__debezium_unavailable_value\"", at: value.lowerBound)
    }
}

extension ExactInteger {
    /// An integer written as a decimal with a scale.
    init(_ decimal: ExactDecimal) {
        var (value, scale) = (decimal.unscaled, decimal.scale)
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        if scale > 0, value != 0 {
            self = .fractional
        } else {
            self = Int64(exactly: value).map { .value($0) } ?? .tooLarge
        }
    }
}
