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
        guard let fields = text.has(0x20, at: 12) ? text.spacedFields(signs) : text.compactFields(signs),
            fields.product | fields.warehouse | fields.quantity <= Int64(Int32.max),
            let time = text.lastInstant(fields.at)
        else { return nil }
        let pair = Pair(
            product: ProductID(Int32(truncatingIfNeeded: fields.product)),
            warehouse: WarehouseID(Int32(truncatingIfNeeded: fields.warehouse)))
        return OrderEvent(id: EventID(fields.id), pair: pair, units: fields.sign &* fields.quantity, time: time)
    }

    /// As `predicted`, where at least one id is a text. Texts are ASCII without escapes.
    func predictedTexts(_ text: RawSpan) -> OrderEvent? {
        guard let fields = text.has(0x20, at: 12) ? text.spacedTexts(signs, ids) : text.compactTexts(signs, ids),
            fields.quantity <= Int64(Int32.max), let time = text.lastInstant(fields.at),
            // New texts last, so that a message that is no event leaves none behind.
            let product = text.number(fields.product, ids),
            let warehouse = text.number(fields.warehouse, ids)
        else { return nil }
        let pair = Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
        return OrderEvent(id: fields.id, pair: pair, units: fields.sign &* fields.quantity, time: time)
    }
}

/// The fields before the instant, which begins at `at`.
private struct PlainFields {
    let id, sign, product, warehouse, quantity: Int64
    let at: Int
}

extension RawSpan {
    @inline(__always)
    fileprivate func compactFields(_ signs: SignTable) -> PlainFields? {
        var at = 0
        guard pass("{\"event_id\":", at: &at), let id = plainInteger(at: &at),
            pass(",\"event_type\":\"", at: &at), let sign = plainSign(signs, at: &at),
            pass("\",\"product_id\":", at: &at), let product = plainInteger(at: &at),
            pass(",\"warehouse_id\":", at: &at), let warehouse = plainInteger(at: &at),
            pass(",\"quantity\":", at: &at), let quantity = plainInteger(at: &at),
            pass(",\"event_time\":\"", at: &at)
        else { return nil }
        return PlainFields(id: id, sign: sign, product: product, warehouse: warehouse, quantity: quantity, at: at)
    }

    @inline(never)
    fileprivate func spacedFields(_ signs: SignTable) -> PlainFields? {
        var at = 0
        guard pass("{\"event_id\": ", at: &at), let id = plainInteger(at: &at),
            pass(", \"event_type\": \"", at: &at), let sign = plainSign(signs, at: &at),
            pass("\", \"product_id\": ", at: &at), let product = plainInteger(at: &at),
            pass(", \"warehouse_id\": ", at: &at), let warehouse = plainInteger(at: &at),
            pass(", \"quantity\": ", at: &at), let quantity = plainInteger(at: &at),
            pass(", \"event_time\": \"", at: &at)
        else { return nil }
        return PlainFields(id: id, sign: sign, product: product, warehouse: warehouse, quantity: quantity, at: at)
    }

    @inline(__always)
    private func plainSign(_ signs: SignTable, at: inout Int) -> Int64? {
        guard let type = signs.plainSign(self, at: at) else { return nil }
        at += type.count
        return type.sign
    }

    /// The instant that begins at `at` and must end with the message.
    @inline(__always)
    fileprivate func lastInstant(_ at: Int) -> Timestamp? {
        let end = byteCount - 2
        guard at <= end, byte(end) == 0x22, byte(end + 1) == 0x7D else { return nil }
        return RFC3339.parseSeconds(self, at..<end)
    }
}

// MARK: Texts

/// As `PlainFields`. A product or a warehouse is its number, or a `TextPlace` while its text has none.
private struct TextFields {
    let id: EventID
    let sign, product, warehouse, quantity: Int64
    let at: Int
}

/// Where a text of 1 to 255 bytes stands, in one negative number, which the compiler hands on better than a range.
private enum TextPlace {
    @inline(__always)
    static func number(_ start: Int, count: Int) -> Int64 { ~Int64(truncatingIfNeeded: start &<< 8 | count) }

    @inline(__always)
    static func bytes<R>(_ number: Int64, _ text: RawSpan, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        let (start, count) = (Int(truncatingIfNeeded: ~number &>> 8), Int(truncatingIfNeeded: ~number & 255))
        return text.extracting(start..<start + count).withUnsafeBytes { body($0) }
    }
}

extension RawSpan {
    @inline(__always)
    fileprivate func compactTexts(_ signs: SignTable, _ ids: IDs) -> TextFields? {
        var at = 0
        guard pass("{\"event_id\":", at: &at), let id = eventID(ids.event, at: &at),
            pass(",\"event_type\":\"", at: &at), let sign = plainSign(signs, at: &at),
            pass("\",\"product_id\":", at: &at), let product = name(ids.product, ids, at: &at),
            pass(",\"warehouse_id\":", at: &at), let warehouse = name(ids.warehouse, ids, at: &at),
            pass(",\"quantity\":", at: &at), let quantity = plainInteger(at: &at),
            pass(",\"event_time\":\"", at: &at)
        else { return nil }
        return TextFields(id: id, sign: sign, product: product, warehouse: warehouse, quantity: quantity, at: at)
    }

    @inline(never)
    fileprivate func spacedTexts(_ signs: SignTable, _ ids: IDs) -> TextFields? {
        var at = 0
        guard pass("{\"event_id\": ", at: &at), let id = eventID(ids.event, at: &at),
            pass(", \"event_type\": \"", at: &at), let sign = plainSign(signs, at: &at),
            pass("\", \"product_id\": ", at: &at), let product = name(ids.product, ids, at: &at),
            pass(", \"warehouse_id\": ", at: &at), let warehouse = name(ids.warehouse, ids, at: &at),
            pass(", \"quantity\": ", at: &at), let quantity = plainInteger(at: &at),
            pass(", \"event_time\": \"", at: &at)
        else { return nil }
        return TextFields(id: id, sign: sign, product: product, warehouse: warehouse, quantity: quantity, at: at)
    }

    @inline(__always)
    private func eventID(_ kind: IDKind, at: inout Int) -> EventID? {
        guard kind == .text else { return plainInteger(at: &at).map { EventID($0) } }
        return plainText(at: &at).map { TextPlace.bytes($0, self) { TextHash.id($0) } }
    }

    @inline(__always)
    private func name(_ kind: IDKind, _ ids: IDs, at: inout Int) -> Int64? {
        if kind == .text {
            guard let place = plainText(at: &at) else { return nil }
            return TextPlace.bytes(place, self) { ids.knownNumber(ofName: $0) }.map { Int64($0) } ?? place
        }
        guard let number = plainInteger(at: &at), number <= Int64(Int32.max) else { return nil }
        return number
    }

    /// The number of what `name` gave.
    @inline(__always)
    fileprivate func number(_ name: Int64, _ ids: IDs) -> Int32? {
        if name >= 0 { return Int32(truncatingIfNeeded: name) }
        return TextPlace.bytes(name, self) { ids.number(ofName: $0) }
    }
}

// MARK: Pieces

extension RawSpan {
    /// The `TextPlace` of a string of 1 to 255 bytes of ASCII without escapes, whose opening quote is at `at`.
    @inline(__always)
    fileprivate func plainText(at: inout Int) -> Int64? {
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
            return TextPlace.number(start, count: end - start)
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
