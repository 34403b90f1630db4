public import Inventory

extension ByteWriter {
    /// The text as one field of RFC 4180 CSV: quoted when it holds a comma, a quote or a line break.
    public mutating func append(csvField text: Text) {
        guard text.utf8.contains(where: Self.needsQuotes) else {
            return text.withUTF8 { append($0) }
        }
        append(byte: 0x22)
        for byte in text.utf8 {
            if byte == 0x22 { append(byte: byte) }
            append(byte: byte)
        }
        append(byte: 0x22)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D
    }
}
