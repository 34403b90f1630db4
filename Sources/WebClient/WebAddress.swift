/// Where a daemon's HTTP interface is, from a URL: `http://127.0.0.1:8080`.
public struct WebAddress: Sendable, Equatable, CustomStringConvertible {
    public let host: String
    public let port: Int

    /// - Throws: what is wrong with the URL.
    public init(_ url: String) throws(WebClientFailure) {
        // A user and a query may hold a secret.
        guard !url.contains(where: { "@?#".contains($0) }) else {
            throw .usage("--url: must have no path, user or query (not shown: it may hold a secret)")
        }
        func refuse(_ right: String) -> WebClientFailure { .usage("--url: found \"\(url)\"; \(right)") }
        if url.lowercased().hasPrefix("https://") {
            throw refuse("the daemon speaks HTTP without TLS; go through a tunnel (ssh -L) and name its end")
        }
        guard url.lowercased().hasPrefix("http://") else {
            throw refuse("must be like http://127.0.0.1:8080")
        }
        var rest = url.dropFirst("http://".count)
        while rest.last == "/" { rest.removeLast() }
        guard !rest.contains("/") else { throw refuse("must have no path, user or query") }
        var name = rest
        var number: Substring = "80"
        if let colon = rest.lastIndex(of: ":"), rest[colon...].firstIndex(of: "]") == nil {
            name = rest[..<colon]
            number = rest[rest.index(after: colon)...]
        }
        if name.first == "[", name.last == "]", name.contains(":") { name = name.dropFirst().dropLast() }
        guard !name.contains(where: { "[]".contains($0) || $0.isWhitespace }) else {
            throw refuse("must have a host's name or address, an IPv6 address in brackets: http://[::1]:8080")
        }
        guard !name.isEmpty, let port = UInt16(number), port > 0 else {
            throw refuse("must have a host and a port from 1 to 65535")
        }
        host = String(name)
        self.port = Int(port)
    }

    /// As a Host header has it.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    public var description: String { "http://\(authority)" }
}

/// Why there is no usable response.
public enum WebClientFailure: Error, Sendable, Equatable {
    /// The request itself is wrong.
    case usage(String)
    /// The token is missing or wrong.
    case refused(String)
    /// There is no response in time, or not one of stockd's.
    case away(String)

    public var message: String {
        switch self {
        case .usage(let text), .refused(let text), .away(let text): text
        }
    }
}
