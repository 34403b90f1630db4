/// Something wrong with the configuration: the key, the value found, where it came from, what would be right.
public struct Mistake: Error, Hashable, Sendable {
    /// The key's full name, `kafka.group_id` for one; nil when the whole file is meant.
    public let key: String?
    /// The value as it was written, shortened and with control characters escaped. A secret's value is never
    /// here. Nil when nothing was found.
    public let found: String?
    public let origin: Origin
    /// What would be right, as the end of a sentence: `must be a duration from 6s to 30m`.
    public let remedy: String

    public init(key: String?, found: String?, origin: Origin, remedy: String) {
        self.key = key
        self.found = found.map(Mistake.quoted)
        self.origin = origin
        self.remedy = remedy
    }

    /// What stands for a secret's value in every message.
    static let redacted = "<redacted>"

    private static func quoted(_ text: String) -> String {
        guard text != redacted else { return text }
        let limit = 100
        var quoted = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar {
            case "\n": quoted += "\\n"
            case "\"": quoted += "\\\""
            case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value):
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\"" + quoted + (text.unicodeScalars.count > limit ? "…" : "") + "\""
    }
}

extension Mistake: CustomStringConvertible {
    public var description: String {
        var text = key.map { $0 + ": " } ?? ""
        switch (found, origin) {
        case (let found?, _): text += "found \(found) (\(origin)); "
        case (nil, .standard): break
        case (nil, _): text += "(\(origin)) "
        }
        return text + remedy
    }
}
