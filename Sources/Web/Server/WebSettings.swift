/// The address, the token and the limits of the HTTP interface.
public struct WebSettings: Sendable, Equatable {
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// Every request must have it, but those for health and the bare page; nil asks for none.
    public var token: String?
    /// Connections served at once; more are refused with 503.
    public var maxConnections = 1_024
    /// Readers of `/v1/changes` at once; more are refused with 503.
    public var maxStreams = 128
    /// Responses with rows in memory at once; more are refused with 503.
    public var maxResponses = 32
    /// Bytes of a request's line and headers; more is 431.
    public var maxHeadBytes = 16_384
    /// Bytes of a request's body, which nothing here reads; more is 413.
    public var maxBodyBytes = 65_536
    /// How long a request's head may take to arrive, in seconds; then it is 408.
    public var headSeconds = 10
    /// How long a connection may be idle between requests, in seconds.
    public var idleSeconds = 60
    /// How long a client may leave a response unread, in seconds; then it is dropped.
    public var writeSeconds = 20

    /// The default address.
    public static let standardAddress = (host: "127.0.0.1", port: 8080)

    public init(
        host: String = standardAddress.host, port: Int = standardAddress.port, token: String? = nil
    ) {
        self.host = host
        self.port = port
        self.token = token
    }

    /// Whether only this machine reaches a host, an address or a name without brackets.
    public static func isLoopback(host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
