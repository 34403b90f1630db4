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
            throw BadEvent(name, isNo: "an integer", value, in: text)
        }
        return ExactInteger(decimal)
    }

    func boolean(_ text: RawSpan, _ value: Range<Int>) -> Int64? {
        guard takesBooleans else { return nil }
        if text.matches("true", at: value.lowerBound) { return 1 }
        return text.matches("false", at: value.lowerBound) ? 0 : nil
    }

    /// True when a string of the column holds its number as written, and not its bytes.
    func isWritten(_ text: RawSpan, _ schema: RowSchema?) -> Bool {
        if case .base64 = encoding { return false }
        if case .decimal = meaning(text, schema) { return false }
        return true
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
        case .epoch, .plain: break
        }
        switch encoding {
        case .base64(let scale): return Self.base64(text, value, scale: scale)
        case .text: return text.withDecodedString(value) { ExactDecimal($0.copy(0..<$0.byteCount)) }
        case .epoch: return nil
        case nil:
            guard isCaptured, text.withDecodedString(value, { Base64Decimal.unscaled($0) }) != nil else {
                return nil
            }
            throw BadEvent(noScale: name, key: encodingsKey, value, in: text)
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

    // MARK: Instants

    func instant(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool
    ) throws(BadEvent) -> Timestamp {
        if text.isNumber(value) {
            guard case .value(let number) = ExactInteger(text, value) else {
                throw BadEvent(noEpoch: value, of: name, in: text)
            }
            return try instant(number, unit(text, schema), text, value, isCaptured: isCaptured)
        }
        guard text.isString(value) else { throw BadEvent(name, isNo: "an instant", value, in: text) }
        let time = text.withDecodedString(value) { RFC3339.parse($0, 0..<$0.byteCount) }
        if let time { return time }
        if isCaptured {
            if let day = text.withDecodedString(value, Self.day) { return day }
            if text.withDecodedString(value, Self.isInfinity) {
                throw BadEvent(infinite: value, of: name, in: text)
            }
        }
        throw BadEvent(noInstant: value, of: name, in: text)
    }

    private func unit(_ text: RawSpan, _ schema: RowSchema?) -> FieldEncoding.EpochUnit? {
        if case .epoch(let unit) = meaning(text, schema) { return unit }
        if case .epoch(let unit) = encoding { return unit }
        return nil
    }

    private func instant(
        _ number: Int64, _ unit: FieldEncoding.EpochUnit?, _ text: RawSpan, _ value: Range<Int>,
        isCaptured: Bool
    ) throws(BadEvent) -> Timestamp {
        if isCaptured, Self.infinities.contains(number) {
            throw BadEvent(infinite: value, of: name, in: text)
        }
        guard let unit else { return Epoch.instant(number) }
        guard let instant = Epoch.instant(number, in: unit) else {
            throw BadEvent(noEpoch: value, of: name, in: text)
        }
        return instant
    }

    /// PostgreSQL's `infinity` and `-infinity` as Debezium writes them in microseconds and in milliseconds.
    private static let infinities: [Int64] = [
        9_223_372_036_825_200_000, 9_223_372_036_825_200, -9_223_372_036_832_400_000,
        -9_223_372_036_832_400,
    ]

    /// `2026-03-30` and `2026-03-30Z`: a date column as text is the beginning of the day.
    private static func day(_ text: RawSpan) -> Timestamp? {
        guard text.byteCount == 10 || text.byteCount == 11 && text.has(0x5A, at: 10) else { return nil }
        let whole = text.copy(0..<10) + Array("T00:00:00Z".utf8)
        return RFC3339.parse(whole.span.bytes, 0..<whole.count)
    }

    private static func isInfinity(_ text: RawSpan) -> Bool {
        let start = text.has(0x2D, at: 0) ? 1 : 0
        guard text.byteCount == start + 8 else { return false }
        return text.matches("infinity", at: start) || text.matches("Infinity", at: start)
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
