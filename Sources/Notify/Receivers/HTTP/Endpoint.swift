import Foundation

/// Where a receiver listens. Sentences name `place` and never `url`, which may hold a secret.
struct Endpoint: Sendable, Equatable {
    let url: String
    let host: String
    let port: Int
    /// The parts of the URL that may be a secret, the longest first: servers repeat them in their answers.
    let secrets: [String]

    /// The host and the port.
    var place: String { "\(host):\(port)" }

    private static let ports = ["http": 80, "https": 443, "smtp": 25, "smtps": 465]

    /// - Parameter setting: what a person calls the URL.
    init(_ text: String, setting: String, schemes: [String] = ["https", "http"]) throws(ReceiverSettingsError) {
        let right = "must be a URL such as \(schemes[0])://example.com/path"
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ReceiverSettingsError(setting, "\(right); it holds a space, a control or a character beyond ASCII")
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw ReceiverSettingsError(setting, "\(right); it is none")
        }
        guard schemes.contains(scheme) else {
            let known = schemes.map { "\($0)://" }.joined(separator: " or ")
            throw ReceiverSettingsError(setting, "must begin with \(known)")
        }
        guard let host = parts.host, !host.isEmpty else {
            throw ReceiverSettingsError(setting, "\(right); it names no host")
        }
        guard parts.user == nil, parts.password == nil else {
            throw ReceiverSettingsError(setting, "must not hold a user or a password; they have settings of their own")
        }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw ReceiverSettingsError(setting, "must have a port from 1 to 65535")
        }
        url = text
        self.host = host
        port = parts.port ?? Self.ports[scheme] ?? 0
        let query = parts.percentEncodedQuery ?? ""
        let pieces = parts.percentEncodedPath.split(separator: "/").map(String.init).filter { $0.utf8.count >= 8 }
        secrets =
            [text, "\(parts.percentEncodedPath)?\(query)", parts.percentEncodedPath, parts.path, query]
            + query.split(separator: "&").compactMap { $0.split(separator: "=", maxSplits: 1).last.map(String.init) }
            + pieces + pieces.compactMap(\.removingPercentEncoding)
    }

    private init(url: String, of base: Endpoint) {
        self.url = url
        host = base.host
        port = base.port
        secrets = base.secrets
    }

    /// A path below this one.
    func appending(_ path: String) -> Endpoint {
        Endpoint(url: (url.hasSuffix("/") ? String(url.dropLast()) : url) + path, of: self)
    }
}
