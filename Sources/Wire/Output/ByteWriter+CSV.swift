public import Inventory

extension ByteWriter {
    /// The text as one field of RFC 4180 CSV: quoted when it holds a comma, a quote or a line break.
    public mutating func append(csvField text: Text) { text.withUTF8 { append(csvField: $0) } }

    /// As above, of bytes that are UTF-8.
    public mutating func append(csvField text: UnsafeRawBufferPointer) {
        guard text.contains(where: Self.needsQuotes) else { return append(text) }
        append(byte: 0x22)
        for byte in text {
            if byte == 0x22 { append(byte: byte) }
            append(byte: byte)
        }
        append(byte: 0x22)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D
    }
}
