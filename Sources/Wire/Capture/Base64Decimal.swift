/// Kafka Connect's Decimal in JSON: base64 of the unscaled value's big-endian two's complement.
enum Base64Decimal {
    /// The unscaled value; nil when the text is not base64, is empty or needs more than 128 bits.
    static func unscaled(_ text: RawSpan) -> Int128? {
        var end = text.byteCount
        guard end % 4 == 0, end > 0 else { return nil }
        while end > text.byteCount - 2, text.byte(end - 1) == 0x3D { end -= 1 }
        var value: Int128 = 0
        var (bits, held) = (0, UInt32(0))
        var isFirst = true
        for at in 0..<end {
            guard let digit = digit(text.byte(at)) else { return nil }
            held = held << 6 | digit
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            let byte = UInt8(truncatingIfNeeded: held >> UInt32(bits))
            if isFirst {
                value = Int128(Int8(bitPattern: byte))
                isFirst = false
            } else {
                // Beyond 120 bits one more byte would not fit.
                guard value >> 119 == 0 || value >> 119 == -1 else { return nil }
                value = value << 8 | Int128(byte)
            }
        }
        return isFirst ? nil : value
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
