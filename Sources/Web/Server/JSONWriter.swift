import Inventory
import Wire

/// Writes JSON in the order of the calls, and adds the commas.
struct JSONWriter: ~Copyable {
    var out: ByteWriter
    private var needsComma = false

    init(capacity: Int = 4096) { out = ByteWriter(capacity: capacity) }

    /// The bytes of one object.
    static func object(capacity: Int = 4096, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(capacity: capacity)
        json.object(body)
        return json.out.bytes
    }

    mutating func object(_ body: (inout JSONWriter) -> Void) { nest("{", "}", body) }

    mutating func array(_ body: (inout JSONWriter) -> Void) { nest("[", "]", body) }

    private mutating func nest(
        _ open: StaticString, _ close: StaticString, _ body: (inout JSONWriter) -> Void
    ) {
        comma()
        out.append(open)
        needsComma = false
        body(&self)
        out.append(close)
        needsComma = true
    }

    /// Writes `"name":`; a value must follow.
    mutating func name(_ name: String) {
        comma()
        out.append(jsonString: name)
        out.append(byte: 0x3A)
        needsComma = false
    }

    mutating func text(_ text: String?) { value(text) { $0.append(jsonString: $1) } }

    /// A label, null where it is empty.
    mutating func text(_ text: Text) { value(text.isEmpty ? nil : text) { $0.append(jsonString: $1) } }

    mutating func number(_ number: (some BinaryInteger)?) { value(number) { $0.append(Int64($1)) } }
    mutating func boolean(_ flag: Bool) { value(flag) { $0.append($1 ? "true" : "false") } }

    mutating func id(_ id: ProductID, _ ids: IDs) { self.id(id.rawValue, ids.text(id)) }
    mutating func id(_ id: WarehouseID, _ ids: IDs) { self.id(id.rawValue, ids.text(id)) }

    private mutating func id(_ number: Int32, _ text: UnsafeRawBufferPointer?) {
        guard let text else { return self.number(number) }
        comma()
        out.append(jsonString: text)
    }

    mutating func instant(_ instant: Timestamp?) {
        value(instant) {
            $0.append(byte: 0x22)
            RFC3339.write($1, into: &$0)
            $0.append(byte: 0x22)
        }
    }

    /// A value that something else writes.
    mutating func value(_ write: (inout ByteWriter) -> Void) {
        comma()
        write(&out)
    }

    private mutating func value<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
        comma()
        if let value { write(&out, value) } else { out.append("null") }
    }

    private mutating func comma() {
        if needsComma { out.append(byte: 0x2C) }
        needsComma = true
    }
}

/// Fields of an object.
extension JSONWriter {
    mutating func field(_ name: String, _ value: String?) {
        self.name(name)
        text(value)
    }

    mutating func field(_ name: String, _ value: Text) {
        self.name(name)
        text(value)
    }

    mutating func field(_ name: String, _ value: (some BinaryInteger)?) {
        self.name(name)
        number(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        self.name(name)
        boolean(value)
    }

    mutating func field(_ name: String, _ value: Timestamp?) {
        self.name(name)
        instant(value)
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    mutating func array<Element>(
        _ name: String, _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        array { json in for element in elements { body(&json, element) } }
    }

    // What many responses share.

    mutating func freshness(_ freshness: Freshness) {
        field("as_of", freshness.asOf)
        field("age_ms", freshness.asOf == nil ? nil : freshness.ageMicroseconds / 1_000)
        field("stale", freshness.isStale)
    }

    mutating func offsets(_ freshness: Freshness) {
        array("offsets", freshness.offsets) { json, position in
            json.object {
                $0.field("partition", position.partition.rawValue)
                $0.field("offset", position.offset.rawValue)
            }
        }
    }
}
