import Inventory

/// The text of an id, where the message has it or with its escapes replaced.
enum IDText {
    case plain(Range<Int>)
    case decoded([UInt8])

    @inline(__always)
    func withBytes<R>(of text: RawSpan, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        switch self {
        case .plain(let range): text.extracting(range).withUnsafeBytes { body($0) }
        case .decoded(let bytes): bytes.withUnsafeBytes { body($0) }
        }
    }

    /// The most bytes that an id has.
    static let limit = 255

    /// Why no id has this text; nil for an id. The bytes need not be UTF-8.
    static func problem(_ bytes: RawSpan) -> BadEvent.Reason? {
        if bytes.byteCount == 0 { return .emptyID }
        if bytes.byteCount > limit { return .idTooLong }
        for index in 0..<bytes.byteCount where bytes.byte(index) == 0 { return .invalidID }
        return bytes.firstInvalidUTF8() == nil ? nil : .invalidID
    }
}

extension ColumnReader {
    /// The text of an id: of a string its characters, of an integer its digits.
    ///
    /// - Parameter isCaptured: The row comes from a database, so a number may be encoded.
    func idText(
        _ text: RawSpan, _ value: Range<Int>, _ schema: RowSchema?, isCaptured: Bool
    ) throws(BadEvent) -> IDText {
        if text.isNumber(value) {
            guard text.isIntegerLiteral(value) else { throw BadEvent(name, isNoID: value, in: text) }
            if value.count > IDText.limit { throw BadEvent(.idTooLong, name, value, in: text) }
            return .plain(value)
        }
        if isCaptured, holdsEncodedNumbers(text, value, schema) {
            guard let decimal = try decimal(text, value, schema, isCaptured: true),
                let digits = decimal.integerDigits
            else { throw BadEvent(name, isNoID: value, in: text) }
            return .decoded(digits)
        }
        guard text.isString(value) else { throw BadEvent(name, isNo: "a text", value, in: text) }
        if isCaptured, Unavailable.fills(text, value) { throw BadEvent(unavailable: name) }
        let token = text.token(value)
        if !token.isEscaped, (1...IDText.limit).contains(token.end - token.start) {
            return .plain(token.start..<token.end)
        }
        let decoded = text.unescaped(token)
        if let reason = IDText.problem(decoded.span.bytes) { throw BadEvent(reason, name, value, in: text) }
        return .decoded(decoded)
    }
}

extension Cell {
    /// The bytes of an id; nil for a cell that holds none. They may not be an id's yet.
    var idBytes: [UInt8]? {
        switch self {
        case .field(let bytes), .text(let bytes): return bytes
        case .number(let bytes):
            let text = bytes.span.bytes
            return text.isIntegerLiteral(0..<bytes.count) ? bytes : nil
        default: return nil
        }
    }
}

extension RawSpan {
    /// Whether a JSON number is written as digits alone, with or without a minus sign.
    func isIntegerLiteral(_ value: Range<Int>) -> Bool {
        let first = has(0x2D, at: value.lowerBound) ? value.lowerBound + 1 : value.lowerBound
        for index in first..<value.upperBound where byte(index) &- 0x30 > 9 { return false }
        return true
    }
}

extension ExactDecimal {
    /// The digits of an integer; nil for a number with a fraction.
    fileprivate var integerDigits: [UInt8]? {
        var (value, scale) = (unscaled, scale)
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        return scale > 0 && value != 0 ? nil : Array("\(value)".utf8)
    }
}

extension BadEvent {
    /// - Parameter reason: What `IDText.problem` found.
    init(_ reason: Reason, _ name: String, _ value: Range<Int>, in text: RawSpan) {
        let found = Quoted.json(text, value)
        switch reason {
        case .emptyID: self.init(reason, "\(name) is an empty text: \(found)")
        case .idTooLong: self.init(reason, "\(name) has more than \(IDText.limit) bytes: \(found)")
        default: self.init(reason, "\(name) holds U+0000 or half a surrogate pair: \(found)")
        }
    }

    init(_ name: String, isNoID value: Range<Int>, in text: RawSpan) {
        self.init(.notAnInteger, "\(name) is neither a text nor an integer: \(Quoted.json(text, value))")
    }

    init(tooManyNames limit: Int, _ name: String, _ id: UnsafeRawBufferPointer) {
        self.init(
            .tooManyNames,
            "\(name) is new, and the pairs have as many different ids already as ids.max_names allows (\(limit)): "
                + Quoted.text(id.bytes, 0..<id.count))
    }
}
