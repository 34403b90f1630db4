import Inventory
import Wire

/// Writes JSON whose structure the code shows: names and values in order, commas by itself.
struct JSONWriter: ~Copyable {
    var out: ByteWriter
    private var needsComma = false

    init(capacity: Int = 4096) { out = ByteWriter(capacity: capacity) }

    var bytes: [UInt8] { out.bytes }

    mutating func open(_ bracket: Unicode.Scalar) {
        comma()
        out.append(byte: UInt8(truncatingIfNeeded: bracket.value))
        needsComma = false
    }

    mutating func close(_ bracket: Unicode.Scalar) {
        out.append(byte: UInt8(truncatingIfNeeded: bracket.value))
        needsComma = true
    }

    /// Writes `"name":`; a value must follow.
    mutating func name(_ name: String) {
        comma()
        out.append(jsonString: name)
        out.append(byte: 0x3A)
        needsComma = false
    }

    mutating func text(_ text: String?) {
        guard let text else { return null() }
        comma()
        out.append(jsonString: text)
    }

    mutating func text(_ text: Text?) {
        guard let text else { return null() }
        comma()
        out.append(jsonString: text)
    }

    mutating func number(_ number: Int64?) {
        guard let number else { return null() }
        comma()
        out.append(number)
    }

    mutating func boolean(_ value: Bool) {
        comma()
        out.append(value ? "true" : "false")
    }

    mutating func null() {
        comma()
        out.append("null")
    }

    mutating func instant(_ instant: Timestamp?) {
        guard let instant else { return null() }
        comma()
        out.append(byte: 0x22)
        RFC3339.write(instant, into: &out)
        out.append(byte: 0x22)
    }

    /// A value that something else writes.
    mutating func value(_ write: (inout ByteWriter) -> Void) {
        comma()
        write(&out)
    }

    private mutating func comma() {
        if needsComma { out.append(byte: 0x2C) }
        needsComma = true
    }

    // MARK: What many answers share

    mutating func freshness(_ freshness: Freshness) {
        name("as_of")
        instant(freshness.asOf)
        name("age_ms")
        number(freshness.asOf == nil ? nil : freshness.ageMicroseconds / 1_000)
        name("stale")
        boolean(freshness.isStale)
    }

    mutating func offsets(_ freshness: Freshness) {
        name("offsets")
        open("[")
        for position in freshness.offsets {
            open("{")
            name("partition")
            number(Int64(position.partition.rawValue))
            name("offset")
            number(position.offset.rawValue)
            close("}")
        }
        close("]")
    }
}
