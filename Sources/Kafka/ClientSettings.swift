public import Logging

/// What every client of one cluster shares.
public struct ClientSettings: Sendable {
    /// `host:port`, comma-separated.
    public var bootstrapServers: String
    /// Shown in the broker's logs and quotas.
    public var clientID: String
    /// librdkafka properties handed through as the user wrote them; see `problems(in:)` for what is refused.
    public var properties: [String: String]
    /// Where librdkafka's own lines go. It is called on librdkafka's threads, so its handler must not block.
    public var logger: Logger
    /// Told when the cluster becomes unreachable and when it is back, once each.
    public var onConnection: (@Sendable (ConnectionChange) -> Void)?
    /// librdkafka's statistics as JSON, every `statistics.interval.ms`.
    public var onStatistics: (@Sendable (String) -> Void)?

    public init(
        bootstrapServers: String, clientID: String = "stockd", properties: [String: String] = [:],
        logger: Logger = Logger(label: "kafka"),
        onConnection: (@Sendable (ConnectionChange) -> Void)? = nil,
        onStatistics: (@Sendable (String) -> Void)? = nil
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
        self.logger = logger
        self.onConnection = onConnection
        self.onStatistics = onStatistics
    }
}

/// A change of whether the cluster can be reached.
public struct ConnectionChange: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case up
        /// No broker can be reached, or none accepts our credentials; the text says which.
        case down(String)
    }

    /// The client's name, such as `stockd#consumer-1`.
    public let client: String
    public let state: State
}
