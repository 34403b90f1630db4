internal import Logging

extension LogLine {
    /// `{"time":"2026-03-30T12:00:00.123Z","level":"info","logger":"stockd","message":"…","partition":3}`
    func json() -> String {
        var line =
            "{\"time\":\"" + InstantText.write(time) + "\",\"level\":\"" + level.rawValue + "\",\"logger\":"
        LogJSON.append(label, to: &line)
        line += ",\"message\":"
        LogJSON.append(message, to: &line)
        for (name, value) in fields {
            line += ","
            // A field that would hide one of the line's own keeps its value under another name.
            LogJSON.append(LogJSON.reserved.contains(name) ? name + "_" : name, to: &line)
            line += ":"
            LogJSON.append(value, to: &line)
        }
        return line + "}\n"
    }
}

enum LogJSON {
    static let reserved: Set<String> = ["time", "level", "logger", "message"]

    static func append(_ value: Logger.MetadataValue, to line: inout String) {
        switch value {
        case .string(let text): append(text, to: &line)
        case .stringConvertible(let value as any BinaryInteger): line += "\(value)"
        case .stringConvertible(let value as Bool): line += "\(value)"
        case .stringConvertible(let value): append(value.description, to: &line)
        case .dictionary(let dictionary):
            line += "{"
            for (index, (name, value)) in dictionary.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line += "," }
                append(name, to: &line)
                line += ":"
                append(value, to: &line)
            }
            line += "}"
        case .array(let values):
            line += "["
            for (index, value) in values.enumerated() {
                if index > 0 { line += "," }
                append(value, to: &line)
            }
            line += "]"
        }
    }

    static func append(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }
}
