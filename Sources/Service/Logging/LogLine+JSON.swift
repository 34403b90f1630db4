internal import Logging
internal import Wire

extension LogLine {
    private static let reserved: Set<String> = ["time", "level", "logger", "message"]

    /// `{"time":"2026-03-30T12:00:00.123Z","level":"info","logger":"stockd","message":"…","partition":3}`
    func json() -> String {
        var out = ByteWriter(capacity: 256)
        out.append(utf8: "{\"time\":\"\(InstantText.write(time))\",\"level\":\"\(level.rawValue)\",\"logger\":")
        out.append(jsonString: label)
        out.append(",\"message\":")
        out.append(jsonString: message)
        for (name, value) in fields {
            out.append(",")
            // A field that would hide one of the line's own keeps its value under another name.
            out.append(jsonString: Self.reserved.contains(name) ? name + "_" : name)
            out.append(":")
            out.append(json: value)
        }
        out.append("}")
        return EscapedText.ofJSON(String(decoding: out.bytes, as: UTF8.self)) + "\n"
    }
}

extension ByteWriter {
    fileprivate mutating func append(json value: Logger.MetadataValue) {
        switch value {
        case .string(let text): append(jsonString: text)
        case .stringConvertible(let value as any BinaryInteger): append(utf8: "\(value)")
        case .stringConvertible(let value as Bool): append(utf8: "\(value)")
        case .stringConvertible(let value): append(jsonString: value.description)
        case .dictionary(let dictionary):
            append("{")
            for (index, (name, value)) in dictionary.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                append(jsonString: name)
                append(":")
                append(json: value)
            }
            append("}")
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                append(json: value)
            }
            append("]")
        }
    }
}
