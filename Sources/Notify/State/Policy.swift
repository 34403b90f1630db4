public import Inventory

/// What one receiver wants to know, and when. Times are in milliseconds.
public struct Policy: Sendable {
    /// What makes notifications of several pairs one.
    public enum Grouping: String, Sendable, CaseIterable {
        case product, warehouse, category, none
    }

    /// The receiver's name in the configuration, and in the stored state.
    public var name: String
    public var filter = Filter()
    /// An alert, or a more urgent level, that stands shorter than this is not told.
    public var waitMs: Int64 = 60_000
    /// An alert that comes back sooner than this was never over, nor was a level that was less urgent.
    public var resolveWaitMs: Int64 = 300_000
    /// How long the first notification of a group waits for others.
    public var groupWaitMs: Int64 = 10_000
    public var grouping = Grouping.none
    /// How long after the last notification a standing alert is told again; nil for never.
    public var repeatMs: Int64?
    /// Whether the end of an alert is told.
    public var sendsEnds = true
    /// The shortest time from one notification to the next; nil for none.
    public var spacingMs: Int64?
    /// The most pairs of one notification.
    public var mostItems = 1

    public init(name: String) { self.name = name }

    /// The alerts that a receiver is told of. Nil lets all pass.
    public struct Filter: Sendable {
        public var atLeast = AlertLevel.warning
        public var categories: Set<String>?
        public var products: Set<String>?
        public var warehouses: Set<String>?

        public init() {}

        func lets(_ alert: Alert) -> Bool {
            guard let level = alert.level, level >= atLeast else { return false }
            return categories?.contains(alert.category ?? "") ?? true
                && products?.contains(alert.productID) ?? true
                && warehouses?.contains(alert.warehouseID) ?? true
        }
    }
}
