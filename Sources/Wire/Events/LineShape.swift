/// What the first line of a file shows about its other lines.
public enum LineShape: Equatable, Sendable {
    /// A message, good or bad; the other lines are messages, too.
    case message
    /// An array, which may be the whole file.
    case array
    /// An array that goes on in the next line.
    case openArray
    /// An object that goes on in the next line, or was cut off.
    case openObject
    /// The names of columns, as CSV begins.
    case columnNames

    /// - Parameter line: not empty, without white space around it.
    public init(_ line: UnsafeRawBufferPointer) {
        let text = line.bytes
        let isArray = text.has(0x5B, at: 0)
        guard isArray || text.has(0x7B, at: 0) else {
            self = Self.isNames(line) ? .columnNames : .message
            return
        }
        var at = 0
        do throws(SyntaxError) {
            try text.skipValue(at: &at)
            self = isArray && at == text.byteCount ? .array : .message
        } catch {
            // Those who write JSON over several lines break them here.
            let isBroken = line.last.map { [0x5B, 0x7B, 0x2C].contains($0) } ?? false
            guard isBroken, error.offset >= text.byteCount else {
                self = .message
                return
            }
            self = isArray ? .openArray : .openObject
        }
    }

    /// Whether the line names the column that every event has, among others, as no JSON does.
    private static func isNames(_ line: UnsafeRawBufferPointer) -> Bool {
        let name = EventField.eventID.name
        let columns = String(decoding: line.prefix(4_096), as: UTF8.self).split { ",;|\t".contains($0) }
        return columns.count > 1
            && columns.contains { $0.filter { $0 != "\"" && $0 != " " }.lowercased() == name }
    }
}
