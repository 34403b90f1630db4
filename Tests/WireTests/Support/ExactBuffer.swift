import Inventory
import Wire

/// Runs `body` on a heap block of exactly these bytes, so that the address sanitizer sees a read of even
/// one byte beyond them.
func withExactBytes<R, E: Error>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { block.deallocate() }
    block.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(block))
}

extension EventDecoder {
    func decode(_ bytes: [UInt8]) throws(BadEvent) -> OrderEvent {
        try withExactBytes(bytes) { block throws(BadEvent) in try decode(block) }
    }

    func decode(_ text: String) throws(BadEvent) -> OrderEvent { try decode(Array(text.utf8)) }

    func result(_ bytes: [UInt8]) -> Result<OrderEvent, BadEvent> {
        Result { () throws(BadEvent) in try decode(bytes) }
    }

    /// Why the text is a bad event, nil when it is a good one.
    func badness(_ text: String) -> BadEvent? {
        do throws(BadEvent) {
            _ = try decode(text)
            return nil
        } catch {
            return error
        }
    }
}

/// What `body` writes, as text.
func written(_ body: (inout ByteWriter) -> Void) -> String {
    var out = ByteWriter(capacity: 1)
    body(&out)
    return String(decoding: out.bytes, as: UTF8.self)
}

/// An event in the tutorial's form, with `value` as the text of one field.
func eventText(_ field: String = "", _ value: String = "") -> String {
    let fields = [
        ("event_id", "16"), ("event_type", "\"SHIPPED\""), ("product_id", "3"), ("warehouse_id", "1"),
        ("quantity", "185"), ("event_time", "\"2026-03-30T12:30:00Z\""),
    ]
    return "{" + fields.map { "\"\($0.0)\":\($0.0 == field ? value : $0.1)" }.joined(separator: ",") + "}"
}
