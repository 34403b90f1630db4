import Inventory

/// Reads the columns of the events table.
struct EventColumns: Sendable {
    let map: ColumnMap
    private let readers: [ColumnReader]
    private let signs: SignTable
    private let unknownType: UnknownType
    private let ids: IDs

    init(signs: SignTable, unknownType: UnknownType, ids: IDs, format: SourceFormat) {
        self.ids = ids
        readers = EventField.allCases.map {
            ColumnReader(field: $0.name, column: $0.rawValue, format: format, section: "input")
        }
        map = ColumnMap(EventField.allCases.map { format.fields[$0.name] ?? $0.name }).markingForeignChanges()
        self.signs = signs
        self.unknownType = unknownType
    }

    /// The event that a row's columns make.
    ///
    /// - Parameters:
    ///   - isCaptured: the row comes from a database, so values may be encoded as Debezium encodes them; a plain row
    ///     is read strictly.
    ///   - keepsType: the type is that of the known row, and the units are the quantity.
    func event(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, isCaptured: Bool, keepsType: Bool = false
    ) throws(BadEvent) -> OrderEvent {
        let id = try id(text, row, schema, isCaptured: isCaptured)
        let sign: Int64? = keepsType ? 1 : try sign(text, row)
        let product = try name(.productID, ids.product, text, row, schema, isCaptured)
        let warehouse = try name(.warehouseID, ids.warehouse, text, row, schema, isCaptured)
        let quantity = try integer(.quantity, text, row, schema, isCaptured, 0...Int64(Int32.max))
        let time = try readers[EventField.eventTime.rawValue].instant(
            text, value(.eventTime, row), schema, isCaptured: isCaptured)
        // Last, so that a bad event leaves no new text behind.
        let pair = Pair(
            product: ProductID(try number(product, .productID, text)),
            warehouse: WarehouseID(try number(warehouse, .warehouseID, text)))
        return OrderEvent(id: id, pair: pair, units: (sign ?? 0) * quantity, time: time, typeIsKnown: sign != nil)
    }

    /// The change that a captured row makes.
    func upsert(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, _ version: RowVersion
    ) throws(BadEvent) -> RowChange {
        let keepsType = isTypeLeftOut(text, row)
        let event = try event(text, row, schema, isCaptured: true, keepsType: keepsType)
        return keepsType ? .upsertKeepingType(event, version) : .upsert(event, version)
    }

    /// PostgreSQL does not log a long text that an update left alone.
    @inline(__always)
    private func isTypeLeftOut(_ text: RawSpan, _ row: RowSpans) -> Bool {
        // A missing type is reported in its turn.
        guard let value = row[EventField.eventType.rawValue] else { return false }
        return text.isString(value) && Unavailable.fills(text, value)
    }

    /// The event id, which is all that a delete needs.
    func id(
        _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?, isCaptured: Bool = true
    ) throws(BadEvent) -> EventID {
        guard ids.event == .text else {
            return EventID(try integer(.eventID, text, row, schema, isCaptured, Int64.min...Int64.max))
        }
        let value = try value(.eventID, row)
        return try readers[EventField.eventID.rawValue].idText(text, value, schema, isCaptured: isCaptured)
            .withBytes(of: text) { TextHash.id($0) }
    }

    /// An id of a product or a warehouse as the message has it.
    private enum Name {
        case number(Int32)
        case text(IDText)
    }

    @inline(__always)
    private func name(
        _ field: EventField, _ kind: IDKind, _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?,
        _ isCaptured: Bool
    ) throws(BadEvent) -> Name {
        if kind == .integer {
            let number = try integer(field, text, row, schema, isCaptured, EventColumns.int32)
            return .number(Int32(truncatingIfNeeded: number))
        }
        let value = try value(field, row)
        return .text(try readers[field.rawValue].idText(text, value, schema, isCaptured: isCaptured))
    }

    @inline(__always)
    private func number(_ name: Name, _ field: EventField, _ text: RawSpan) throws(BadEvent) -> Int32 {
        switch name {
        case .number(let number): return number
        case .text(let id):
            if let number = id.withBytes(of: text, { ids.number(ofName: $0) }) { return number }
            throw id.withBytes(of: text) {
                BadEvent(tooManyNames: ids.maxNames, self.name(field), $0)
            }
        }
    }

    /// The column's name for messages.
    func name(_ field: EventField) -> String { readers[field.rawValue].name }

    private static var int32: ClosedRange<Int64> { Int64(Int32.min)...Int64(Int32.max) }

    @inline(__always)
    private func value(_ field: EventField, _ row: RowSpans) throws(BadEvent) -> Range<Int> {
        guard let value = row[field.rawValue] else { throw BadEvent(missing: name(field)) }
        return value
    }

    @inline(__always)
    private func integer(
        _ field: EventField, _ text: RawSpan, _ row: RowSpans, _ schema: RowSchema?,
        _ isCaptured: Bool, _ allowed: ClosedRange<Int64>
    ) throws(BadEvent) -> Int64 {
        let value = try value(field, row)
        let number = try readers[field.rawValue].integer(text, value, schema, isCaptured: isCaptured)
        switch number {
        case .value(let number) where allowed.contains(number): return number
        case .fractional: throw BadEvent(fractional: name(field), value, in: text)
        case .value, .tooLarge:
            throw BadEvent(field, called: name(field), outside: allowed, value, in: text)
        }
    }

    /// The sign of the type; nil when it is unknown and moves nothing.
    @inline(__always)
    private func sign(_ text: RawSpan, _ row: RowSpans) throws(BadEvent) -> Int64? {
        let value = try value(.eventType, row)
        if let type = signs.plainSign(text, at: value.lowerBound + 1), text.isString(value) {
            return type.sign
        }
        return try awkwardSign(text, value)
    }

    @inline(never)
    private func awkwardSign(_ text: RawSpan, _ value: Range<Int>) throws(BadEvent) -> Int64? {
        guard text.isString(value) else {
            throw BadEvent(name(.eventType), isNo: "a string", value, in: text)
        }
        if Unavailable.fills(text, value) { throw BadEvent(unavailable: name(.eventType)) }
        let sign = text.withDecodedString(value) { signs.sign($0, 0..<$0.byteCount) }
        if sign == nil, unknownType == .deadLetter {
            throw BadEvent(unknownType: value, of: name(.eventType), in: text)
        }
        return sign
    }

    /// The type's name without padding, for the one log line an unknown type gets.
    func typeName(_ text: RawSpan, _ row: RowSpans) -> String? {
        guard let value = row[EventField.eventType.rawValue], text.isString(value) else { return nil }
        let name = text.unescaped(text.token(value))
        return Quoted.json(name.span.bytes, 0..<name.span.bytes.endWithoutPadding(0..<name.count))
    }
}
