public import Inventory
public import Pipeline

/// The parts of the daemon that the interface reads, each safe to call from any thread.
public struct WebSource: Sendable {
    public var store: ViewStore
    /// What the ids in the store are.
    public var ids = IDs.integers
    /// Whether there is a history of stock and alerts.
    public var keepsHistory = true
    public var lags: LagWatch
    public var statistics: StatisticsShelf
    /// The counts of each worker that has started, by its number.
    public var counts: @Sendable () -> [Telemetry.Counts]
    /// Of the tables in PostgreSQL; nil when there are none.
    public var tables: @Sendable () -> (views: TableCounts, alerts: AlertTableCounts)? = { nil }
    /// Workers that should be running.
    public var workers: Int
    public var release: String
    public var libraryVersion: String
    public var groupID: String
    public var inputTopic: String
    /// Called once, when the interface listens.
    public var onListening: @Sendable () -> Void = {}

    public init(
        store: ViewStore, lags: LagWatch, statistics: StatisticsShelf,
        counts: @escaping @Sendable () -> [Telemetry.Counts], workers: Int, release: String,
        libraryVersion: String, groupID: String, inputTopic: String
    ) {
        self.store = store
        self.lags = lags
        self.statistics = statistics
        self.counts = counts
        self.workers = workers
        self.release = release
        self.libraryVersion = libraryVersion
        self.groupID = groupID
        self.inputTopic = inputTopic
    }
}
