import Inventory

extension EventDecoder {
    /// The event, when the message is written as JSON libraries write one: the six fields in the usual order, without
    /// white space or with one space after each colon and comma (Python's way), plain non-negative integers, a known
    /// type, the instant as text. Nil for any other message, good or bad.
    ///
    /// No byte goes unread: each is matched against a constant, a digit, a type or an instant, which is
    /// also what makes the message valid JSON and valid UTF-8.
    @inline(__always)
    func predicted(_ text: RawSpan) -> OrderEvent? {
        signs.predicted(text)
    }
}

/// With the sign table alone at hand: methods of the whole decoder are not inlined into each other, since it has too
/// many fields.
extension SignTable {
    @inline(__always)
    fileprivate func predicted(_ text: RawSpan) -> OrderEvent? {
        text.has(0x20, at: 12) ? predictedSpaced(text) : predictedCompact(text)
    }

    @inline(__always)
    private func predictedCompact(_ text: RawSpan) -> OrderEvent? {
        var at = 0
        guard text.pass("{\"event_id\":", at: &at), let id = text.plainInteger(at: &at),
            text.pass(",\"event_type\":\"", at: &at), let sign = plainType(text, at: &at),
            text.pass("\",\"product_id\":", at: &at), let product = text.plainInteger(at: &at),
            text.pass(",\"warehouse_id\":", at: &at), let warehouse = text.plainInteger(at: &at),
            text.pass(",\"quantity\":", at: &at), let quantity = text.plainInteger(at: &at),
            text.pass(",\"event_time\":\"", at: &at)
        else { return nil }
        return event(text, at, id: id, sign: sign, product, warehouse, quantity)
    }

    @inline(never)
    private func predictedSpaced(_ text: RawSpan) -> OrderEvent? {
        var at = 0
        guard text.pass("{\"event_id\": ", at: &at), let id = text.plainInteger(at: &at),
            text.pass(", \"event_type\": \"", at: &at), let sign = plainType(text, at: &at),
            text.pass("\", \"product_id\": ", at: &at), let product = text.plainInteger(at: &at),
            text.pass(", \"warehouse_id\": ", at: &at), let warehouse = text.plainInteger(at: &at),
            text.pass(", \"quantity\": ", at: &at), let quantity = text.plainInteger(at: &at),
            text.pass(", \"event_time\": \"", at: &at)
        else { return nil }
        return event(text, at, id: id, sign: sign, product, warehouse, quantity)
    }

    @inline(__always)
    fileprivate func plainType(_ text: RawSpan, at: inout Int) -> Int64? {
        guard let type = plainSign(text, at: at) else { return nil }
        at += type.count
        return type.sign
    }

    /// Checks the ranges, and the instant that begins at `at` and must end with the message.
    @inline(__always)
    private func event(
        _ text: RawSpan, _ at: Int, id: Int64, sign: Int64, _ product: Int64, _ warehouse: Int64,
        _ quantity: Int64
    ) -> OrderEvent? {
        let end = text.byteCount - 2
        guard product | warehouse | quantity <= Int64(Int32.max), at <= end,
            text.byte(end) == 0x22, text.byte(end + 1) == 0x7D,
            let time = RFC3339.parseSeconds(text, at..<end)
        else { return nil }
        let pair = Pair(
            product: ProductID(Int32(truncatingIfNeeded: product)),
            warehouse: WarehouseID(Int32(truncatingIfNeeded: warehouse)))
        return OrderEvent(id: EventID(id), pair: pair, units: sign &* quantity, time: time)
    }
}

extension EventDecoder {
    /// As `predicted`, where at least one id is a text. Texts are ASCII without escapes.
    func predictedTexts(_ text: RawSpan) -> OrderEvent? {
        text.has(0x20, at: 12) ? predictedSpacedTexts(text) : predictedCompactTexts(text)
    }

    @inline(never)
    private func predictedCompactTexts(_ text: RawSpan) -> OrderEvent? {
        var at = 0
        guard text.pass("{\"event_id\":", at: &at), let id = eventID(text, at: &at),
            text.pass(",\"event_type\":\"", at: &at), let sign = signs.plainType(text, at: &at),
            text.pass("\",\"product_id\":", at: &at), let product = name(text, ids.product, at: &at),
            text.pass(",\"warehouse_id\":", at: &at), let warehouse = name(text, ids.warehouse, at: &at),
            text.pass(",\"quantity\":", at: &at), let quantity = text.plainInteger(at: &at),
            text.pass(",\"event_time\":\"", at: &at)
        else { return nil }
        return event(text, at, id, sign, product, warehouse, quantity)
    }

    @inline(never)
    private func predictedSpacedTexts(_ text: RawSpan) -> OrderEvent? {
        var at = 0
        guard text.pass("{\"event_id\": ", at: &at), let id = eventID(text, at: &at),
            text.pass(", \"event_type\": \"", at: &at), let sign = signs.plainType(text, at: &at),
            text.pass("\", \"product_id\": ", at: &at), let product = name(text, ids.product, at: &at),
            text.pass(", \"warehouse_id\": ", at: &at), let warehouse = name(text, ids.warehouse, at: &at),
            text.pass(", \"quantity\": ", at: &at), let quantity = text.plainInteger(at: &at),
            text.pass(", \"event_time\": \"", at: &at)
        else { return nil }
        return event(text, at, id, sign, product, warehouse, quantity)
    }

    /// As the `event` of numbers.
    @inline(__always)
    private func event(
        _ text: RawSpan, _ at: Int, _ id: EventID, _ sign: Int64, _ product: Range<Int>, _ warehouse: Range<Int>,
        _ quantity: Int64
    ) -> OrderEvent? {
        let end = text.byteCount - 2
        guard quantity <= Int64(Int32.max), at <= end, text.byte(end) == 0x22, text.byte(end + 1) == 0x7D,
            let time = RFC3339.parseSeconds(text, at..<end),
            // Last, so that a message that is no event leaves no new text behind.
            let productNumber = number(text, product, ids.product),
            let warehouseNumber = number(text, warehouse, ids.warehouse)
        else { return nil }
        let pair = Pair(product: ProductID(productNumber), warehouse: WarehouseID(warehouseNumber))
        return OrderEvent(id: id, pair: pair, units: sign &* quantity, time: time)
    }

    @inline(__always)
    private func eventID(_ text: RawSpan, at: inout Int) -> EventID? {
        guard ids.event == .text else { return text.plainInteger(at: &at).map { EventID($0) } }
        guard let range = text.plainText(at: &at) else { return nil }
        return text.extracting(range).withUnsafeBytes { TextHash.id($0) }
    }

    /// A number, or where the text stands.
    @inline(__always)
    private func name(_ text: RawSpan, _ kind: IDKind, at: inout Int) -> Range<Int>? {
        if kind == .text { return text.plainText(at: &at) }
        guard let number = text.plainInteger(at: &at), number <= Int64(Int32.max) else { return nil }
        return Int(number)..<Int(number)
    }

    /// - Parameter name: what `name` gave.
    @inline(__always)
    private func number(_ text: RawSpan, _ name: Range<Int>, _ kind: IDKind) -> Int32? {
        guard kind == .text else { return Int32(truncatingIfNeeded: name.lowerBound) }
        return text.extracting(name).withUnsafeBytes { ids.names?.intern($0) }
    }
}

extension RawSpan {
    /// The range of a string of 1 to 255 bytes of ASCII without escapes, whose opening quote is at `at`.
    @inline(__always)
    fileprivate func plainText(at: inout Int) -> Range<Int>? {
        guard has(0x22, at: at) else { return nil }
        let start = at + 1
        var end = start
        while byteCount - end >= 8 {
            let marks = Swar.notPlainText(word(end))
            guard marks != 0 else {
                end += 8
                continue
            }
            end += marks.trailingZeroBitCount >> 3
            guard byte(end) == 0x22, end > start, end - start <= IDText.limit else { return nil }
            at = end + 1
            return start..<end
        }
        return nil
    }

    @inline(__always)
    fileprivate func pass(_ literal: StaticString, at: inout Int) -> Bool {
        guard matches(literal, at: at) else { return false }
        at += literal.utf8CodeUnitCount
        return true
    }

    /// A non-negative integer of at most 16 digits, written without a leading zero. It needs eight bytes from where
    /// it begins, as a whole event has.
    @inline(__always)
    fileprivate func plainInteger(at: inout Int) -> Int64? {
        guard byteCount - at >= 8 else { return nil }
        let first = word(at) ^ Swar.repeated(0x30)
        let marks = Swar.nonDigits(first)
        guard marks != 0 else { return longInteger(at: &at, high: Swar.number(first)) }
        let bits = marks.trailingZeroBitCount & ~7
        // No digit at all, or a zero that more digits follow.
        guard bits > 0, first & 0xFF != 0 || bits == 8 else { return nil }
        at += bits >> 3
        return Int64(truncatingIfNeeded: Swar.number(first << UInt64(64 - bits)))
    }

    @inline(__always)
    private func longInteger(at: inout Int, high: UInt64) -> Int64? {
        guard byteCount - at >= 17, byte(at) != 0x30 else { return nil }
        let second = word(at + 8) ^ Swar.repeated(0x30)
        let marks = Swar.nonDigits(second)
        guard marks != 0 else { return sixteenDigits(at: &at, high: high, low: Swar.number(second)) }
        let bits = marks.trailingZeroBitCount & ~7
        var power: UInt64 = 1
        for _ in 0..<bits >> 3 { power &*= 10 }
        at += 8 + bits >> 3
        let low = bits == 0 ? 0 : Swar.number(second << UInt64(64 - bits))
        return Int64(truncatingIfNeeded: high &* power &+ low)
    }

    @inline(__always)
    private func sixteenDigits(at: inout Int, high: UInt64, low: UInt64) -> Int64? {
        guard byte(at + 16) &- 0x30 > 9 else { return nil }
        at += 16
        return Int64(truncatingIfNeeded: high &* 100_000_000 &+ low)
    }
}
