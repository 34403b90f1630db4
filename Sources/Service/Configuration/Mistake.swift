internal import Kafka
internal import Wire

/// Something wrong with the configuration: the key, the value found, where it came from, what would be right.
public struct Mistake: Error, Hashable, Sendable {
    /// The key's full name, `kafka.group_id` for one; nil when the whole file is meant.
    public let key: String?
    /// The value as it was written, shortened, with control characters escaped and secrets masked. Nil when nothing
    /// was found.
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
    static let redacted = SecretText.redacted

    private static func quoted(_ text: String) -> String {
        let text = SecretText.masked(text)
        guard text != redacted else { return text }
        let limit = 100
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
        let end = text.unicodeScalars.count > limit ? "…\"" : "\""
        return "\"" + EscapedText.of(shown).replacing("\"", with: "\\\"") + end
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
