internal import Web

/// Where the HTTP interface listens: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
public struct ListenAddress: Equatable, Sendable {
    /// An address or a name, without the brackets of IPv6.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int

    /// Nil when the text is no address with a port.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), !text.contains("://"),
            BrokerAddress.isLegal(String(text[..<colon])),
            let port = UInt16(text[text.index(after: colon)...]).map({ Int($0) })
        else { return nil }
        var host = text[..<colon]
        if host.first == "[" { host = host.dropFirst().dropLast() }
        // What is left of "[::1]" without a port is no address.
        guard !host.isEmpty, !host.contains("[") else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { WebSettings.isLoopback(host: host) }
}

extension Kind where Value == ListenAddress {
    static let listenAddress = scalar("host:port, 127.0.0.1:8080 or [::1]:8080 for instance") {
        ListenAddress($0)
    }
}

extension Kind where Value == Secret {
    /// What an Authorization header can carry (RFC 6750), and long enough not to be guessed.
    static let token = scalar("a token of 16 to 512 letters, digits and - . _ ~ + / =") { text in
        let isWritten = text.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D: true
            default: false
            }
        }
        return isWritten && (16...512).contains(text.utf8.count) ? Secret(text) : nil
    }
}
