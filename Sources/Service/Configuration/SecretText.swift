/// Takes secrets out of values that are shown, wherever a person has put them by mistake.
enum SecretText {
    /// The text without users and passwords in URLs and without the values of queries; nothing of it where a word says
    /// that it holds a secret.
    static func masked(_ text: String) -> String {
        if text.contains(secret) || text.contains("PRIVATE KEY-") { return Mistake.redacted }
        return text.replacing(user) { "\($0.1)\(Mistake.redacted)@" }
            .replacing(userOfURL) { _ in "://\(Mistake.redacted)@" }
            .replacing(query) { "\($0.1)=\(Mistake.redacted)" }
    }

    /// `password: …`, `token=…`, `"client_secret":"…"`.
    private static var secret: Regex<Substring> {
        /(?i)(?:passw(?:or)?d|passphrase|pwd|secret|token|jaas|credential|api[._-]?key|bearer)\w*["']?\s*[=: ]/
    }

    /// `user:password@`
    private static var user: Regex<(Substring, Substring)> { /(^|[\s,;])[^\s,;:\/@]*:(?!\/\/)\S*@/ }

    /// `://user@`
    private static var userOfURL: Regex<Substring> { /:\/\/\S*@/ }

    /// `?token=…`
    private static var query: Regex<(Substring, Substring)> { /([?&][^\s=&]*)=[^\s&]*/ }
}
