public import Inventory

extension ByteWriter {
    /// The text as a JSON string, in its quotes. Only what JSON demands is escaped; the rest stays UTF-8.
    public mutating func append(jsonString text: String) {
        append(byte: 0x22)
        let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable {
            appendEscaped(UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil {
            for byte in text.utf8 { appendEscaped(byte) }
        }
        append(byte: 0x22)
    }

    /// As above.
    public mutating func append(jsonString text: Text) {
        append(byte: 0x22)
        text.withUTF8 { appendEscaped($0) }
        append(byte: 0x22)
    }

    /// As above, of bytes that are UTF-8.
    public mutating func append(jsonString text: UnsafeRawBufferPointer) {
        append(byte: 0x22)
        appendEscaped(text)
        append(byte: 0x22)
    }

    /// A member's name, which needs no escape, after a brace or a comma and before its value.
    @inline(__always)
    mutating func append(jsonMember name: StaticString, after mark: UInt8) {
        let place = reserve(name.utf8CodeUnitCount + 4)
        place.storeBytes(of: mark, as: UInt8.self)
        place.storeBytes(of: 0x22, toByteOffset: 1, as: UInt8.self)
        (place + 2).copyMemory(from: name.utf8Start, byteCount: name.utf8CodeUnitCount)
        place.storeBytes(of: 0x22, toByteOffset: name.utf8CodeUnitCount + 2, as: UInt8.self)
        place.storeBytes(of: 0x3A, toByteOffset: name.utf8CodeUnitCount + 3, as: UInt8.self)
        advance(by: name.utf8CodeUnitCount + 4)
    }

    /// Copies runs that need no escape whole, and looks for their end eight bytes at a time; the last eight may begin
    /// in what was seen already.
    private mutating func appendEscaped(_ bytes: UnsafeRawBufferPointer) {
        var (start, index) = (0, 0)
        while index < bytes.count {
            let word = min(index, bytes.count - 8)
            if word >= 0, Swar.notPlainText(bytes.loadUnaligned(fromByteOffset: word, as: UInt64.self)) == 0 {
                index = word + 8
                continue
            }
            if Self.needsEscape(bytes[index]) {
                append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                appendEscaped(bytes[index])
                start = index + 1
            }
            index += 1
        }
        append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case 0x22: append("\\\"")
        case 0x5C: append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case ..<0x20:
            append("\\u00")
            append(byte: Self.hexDigit(byte >> 4))
            append(byte: Self.hexDigit(byte & 15))
        default: append(byte: byte)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }
}
