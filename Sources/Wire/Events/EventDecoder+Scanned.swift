import Inventory

extension EventDecoder {
    /// The event in a message of any form; throws what is wrong with a bad one.
    @inline(never)
    func scanned(_ text: RawSpan) throws(BadEvent) -> OrderEvent {
        let found: EventFields?
        do throws(SyntaxError) {
            found = try EventFields.read(text)
        } catch {
            throw BadEvent(error, in: text)
        }
        guard let fields = found else { throw BadEvent(notAnObject: text) }
        let id = try integer(.eventID, of: fields, in: text, Int64.min...Int64.max)
        let sign = try sign(of: fields, in: text)
        let product = try integer(.productID, of: fields, in: text, EventDecoder.int32)
        let warehouse = try integer(.warehouseID, of: fields, in: text, EventDecoder.int32)
        let quantity = try integer(.quantity, of: fields, in: text, 0...Int64(Int32.max))
        let time = try time(of: fields, in: text)
        let pair = Pair(
            product: ProductID(Int32(truncatingIfNeeded: product)),
            warehouse: WarehouseID(Int32(truncatingIfNeeded: warehouse)))
        return OrderEvent(
            id: EventID(id), pair: pair, units: (sign ?? 0) * quantity, time: time,
            typeIsKnown: sign != nil)
    }

    private static var int32: ClosedRange<Int64> { Int64(Int32.min)...Int64(Int32.max) }

    @inline(__always)
    private func integer(
        _ field: EventField, of fields: EventFields, in text: RawSpan, _ allowed: ClosedRange<Int64>
    ) throws(BadEvent) -> Int64 {
        guard let value = fields[field] else { throw BadEvent(missing: field) }
        guard text.isNumber(value) else { throw BadEvent(field, isNo: "an integer", value, in: text) }
        switch ExactInteger(text, value) {
        case .value(let number) where allowed.contains(number): return number
        case .fractional: throw BadEvent(fractional: field, value, in: text)
        case .value, .tooLarge: throw BadEvent(field, outside: allowed, value, in: text)
        }
    }

    /// The sign of the type; nil when it is unknown and moves nothing.
    private func sign(of fields: EventFields, in text: RawSpan) throws(BadEvent) -> Int64? {
        guard let value = fields[.eventType] else { throw BadEvent(missing: .eventType) }
        guard text.isString(value) else {
            throw BadEvent(.eventType, isNo: "a string", value, in: text)
        }
        let sign = text.withDecodedString(value) { signs.sign($0, 0..<$0.byteCount) }
        if sign == nil, unknownType == .deadLetter {
            throw BadEvent(unknownType: value, in: text)
        }
        return sign
    }

    private func time(of fields: EventFields, in text: RawSpan) throws(BadEvent) -> Timestamp {
        guard let value = fields[.eventTime] else { throw BadEvent(missing: .eventTime) }
        if text.isNumber(value) {
            guard case .value(let epoch) = ExactInteger(text, value) else {
                throw BadEvent(noEpoch: value, in: text)
            }
            return Epoch.instant(epoch)
        }
        guard text.isString(value) else {
            throw BadEvent(.eventTime, isNo: "an instant", value, in: text)
        }
        let time = text.withDecodedString(value) { RFC3339.parse($0, 0..<$0.byteCount) }
        guard let time else { throw BadEvent(noInstant: value, in: text) }
        return time
    }
}
