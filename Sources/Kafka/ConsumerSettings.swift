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
    /// How long a broker may hold an empty fetch. A newly assigned partition waits for the fetch that is
    /// out, so this bounds what a rebalance adds; it never holds a record back.
    public var fetchWaitMs: Int32 = 100

    public init(groupID: String, topic: String, groupInstanceID: String? = nil) {
        self.groupID = groupID
        self.topic = topic
        self.groupInstanceID = groupInstanceID
    }
}
