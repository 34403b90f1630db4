import Notify

/// A mail server as the configuration names it: `smtp://`, `smtps://` or `smtp+plain://`, a host and perhaps a port.
struct MailServer {
    let host: String
    let port: Int?
    let security: MailSettings.Security

    private static let schemes: [(prefix: String, security: MailSettings.Security)] = [
        ("smtps://", .tls), ("smtp+plain://", .plain), ("smtp://", .startTLS),
    ]

    init(_ text: String) throws(ReceiverSettingsError) {
        let right = "must be smtp://host:port with STARTTLS, smtps://host:port with TLS, or smtp+plain://host:port"
        // A user's part may hold a password.
        let found = text.contains("@") ? ", without a user" : "; found \"\(text)\""
        guard let scheme = Self.schemes.first(where: { text.hasPrefix($0.prefix) }) else {
            throw ReceiverSettingsError("server", right + found)
        }
        var rest = text.dropFirst(scheme.prefix.count)
        if rest.last == "/" { rest.removeLast() }
        var port: Int?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else {
                throw ReceiverSettingsError("server", "\(right); its port must be from 1 to 65535")
            }
            port = number
            rest = rest[..<colon]
        }
        guard BrokerAddress.isLegal(String(rest)) else {
            throw ReceiverSettingsError("server", right + found)
        }
        host = String(rest)
        self.port = port
        security = scheme.security
    }
}
