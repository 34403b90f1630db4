/// Takes secrets out of values that are shown, wherever a person has put them by mistake.
public enum SecretText {
    /// What stands for a secret in every message.
    public static let redacted = "<redacted>"

    /// The text without users and passwords in URLs and without the values of queries; nothing of it where a word says
    /// that it holds a secret.
    public static func masked(_ text: String) -> String {
        if text.contains(secret) || text.contains("PRIVATE KEY-") { return redacted }
        return text.replacing(user) { "\($0.1)\(redacted)@" }
            .replacing(userOfURL) { _ in "://\(redacted)@" }
            .replacing(query) { "\($0.1)=\(redacted)" }
    }

    /// Whether the text quotes a value, or a part of it: librdkafka quotes one element of a list, and cuts off long
    /// texts.
    static func isQuoted(_ value: String, in text: String) -> Bool {
        words(value).contains { text.contains($0.prefix(8)) }
    }

    /// The parts of a value that may be quoted alone.
    static func words(_ value: String) -> [Substring] { value.split { $0.isWhitespace || ",;\"'".contains($0) } }

    /// `password: …`, `token=…`, `"client_secret":"…"`.
    private static var secret: Regex<Substring> {
        /(?i)(?:passw(?:or)?d|passphrase|pwd|secret|token|jaas|credential|api[._-]?key|bearer)\w*["']?\s*[=: ]/
    }

    /// `user:password@`
    private static var user: Regex<(Substring, Substring)> { /(^|[\s,;\/])[^\s,;:\/@]*:(?!\/\/)\S*@/ }

    /// `://user@`
    private static var userOfURL: Regex<Substring> { /:\/\/\S*@/ }

    /// `?token=…`
    private static var query: Regex<(Substring, Substring)> { /([?&][^\s=&]*)=[^\s&]*/ }
}
