import Hummingbird

/// Where and to whom the HTTP interface answers.
public struct WebSettings: Sendable, Equatable {
    public var host: String
    public var port: Int
    /// Required of every request but those for health; nil asks for none.
    public var token: String?

    public init(host: String = "127.0.0.1", port: Int = 8080, token: String? = nil) {
        self.host = host
        self.port = port
        self.token = token
    }
}
