internal import Inventory
internal import Logging
internal import Wire

/// One log line before it is written, with its fields in order.
struct LogLine {
    var time: Timestamp
    var level: Logger.Level
    var label: String
    var message: String
    /// Metadata and the error, ordered by name.
    var fields: [(name: String, value: Logger.MetadataValue)]

    /// The whole line with its newline.
    func written(_ style: LogStyle) -> String {
        switch style {
        case .text(let colour): text(colour: colour)
        case .json: json()
        case .journal: journal()
        }
    }
}

extension LogLine {
    /// `2026-03-30T12:00:00.123Z INFO  stockd: message name=value`
    func text(colour: Bool) -> String {
        let level = LogText.name(of: level)
        var line = InstantText.write(time) + " "
        line += colour ? LogText.colour(of: self.level) + level + LogText.plain : level
        line += " " + LogText.escaped(label) + ": " + LogText.escaped(message)
        for (name, value) in fields {
            let field = LogText.escaped(name) + "=" + LogText.value(value)
            line += " " + (colour ? LogText.dim + field + LogText.plain : field)
        }
        return line + "\n"
    }

    /// `<6>message name=value`; the journal has the program's name.
    func journal() -> String {
        let fields = self.fields.map { " " + LogText.escaped($0.name) + "=" + LogText.value($0.value) }.joined()
        return "<\(LogText.priority(of: level))>" + LogText.escaped(message) + fields + "\n"
    }
}

/// The level names, colours and escapes of lines that people read.
enum LogText {
    static let dim = "\u{1b}[2m"
    static let plain = "\u{1b}[0m"

    static func name(of level: Logger.Level) -> String {
        let name = level == .critical ? "CRIT" : level == .warning ? "WARN" : level.rawValue.uppercased()
        return name + String(repeating: " ", count: max(0, 6 - name.count))
    }

    static func colour(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "\u{1b}[2m"
        case .info: "\u{1b}[32m"
        case .notice: "\u{1b}[36m"
        case .warning: "\u{1b}[33m"
        case .error, .critical: "\u{1b}[1;31m"
        }
    }

    /// syslog's numbers, which `sd-daemon(3)` takes at the start of a line.
    static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// What an event holds must not forge a line or move the cursor.
    static func escaped(_ text: String) -> String { EscapedText.of(text) }

    static func value(_ value: Logger.MetadataValue) -> String {
        let text = "\(value)"
        let isPlain = !text.isEmpty && !text.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        let escaped = escaped(text)
        return isPlain ? escaped : "\"" + escaped.replacing("\"", with: "\\\"") + "\""
    }
}
