/// Bytes as text that is fit for a terminal and a log line: what is not UTF-8 becomes `\xNN`, control
/// characters and marks that reorder text are escaped. Nothing is cut.
public enum EscapedText {
    public static func of(_ bytes: [UInt8]) -> String {
        Quoted.json(bytes.span.bytes, 0..<bytes.count, limit: bytes.count)
    }
}
