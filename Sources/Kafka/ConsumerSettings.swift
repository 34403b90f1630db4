/// How a group consumer behaves; every time is in the unit its name ends with.
public struct ConsumerSettings: Sendable {
    public var groupID: String
    /// Static membership: a restart within the session time-out causes no rebalance.
    public var groupInstanceID: String?
    /// The one input topic.
    public var topic: String
    public var sessionTimeoutMs: Int32 = 10_000
    public var maxPollIntervalMs: Int32 = 300_000
    /// Bound of what is fetched ahead, over all partitions of this consumer.
    public var queuedKilobytes: Int32 = 65_536

    public init(groupID: String, topic: String, groupInstanceID: String? = nil) {
        self.groupID = groupID
        self.topic = topic
        self.groupInstanceID = groupInstanceID
    }
}
