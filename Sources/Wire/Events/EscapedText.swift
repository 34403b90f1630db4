/// Bytes as text for a terminal or a log line. Bytes that are not UTF-8 become `\xNN`; control characters and those
/// that reorder text are escaped. Nothing is cut.
public enum EscapedText {
    public static func of(_ bytes: [UInt8]) -> String {
        Quoted.json(bytes.span.bytes, 0..<bytes.count, limit: bytes.count)
    }
}
