public import Inventory
internal import Wire

/// RFC 3339 instants, read from settings and options and written for log lines.
public enum InstantText {
    /// Nil for what is no instant, and for one without its zone: it may be meant in any.
    public static func read(_ text: String) -> Timestamp? {
        guard text.dropFirst("2026-03-30T08:00:00".count).contains(where: { "Zz+-".contains($0) }) else {
            return nil
        }
        return Array(text.utf8).withUnsafeBytes { RFC3339.parse($0) }
    }

    /// UTC with milliseconds: `2026-03-30T08:00:00.123Z`.
    static func write(_ instant: Timestamp) -> String {
        let parts = RFC3339.string(instant).dropLast().split(separator: ".")
        let digits = (parts.count > 1 ? parts[1] : "") + "000"
        return parts[0] + "." + digits.prefix(3) + "Z"
    }
}
