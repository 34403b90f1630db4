/// A topic to be created.
public struct TopicSpec: Sendable, Hashable {
    public var name: String
    public var partitions: Int32
    /// -1 leaves it to the broker.
    public var replicationFactor: Int32
    public var config: [String: String]

    public init(
        _ name: String, partitions: Int32, replicationFactor: Int32 = -1, config: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.config = config
    }
}
