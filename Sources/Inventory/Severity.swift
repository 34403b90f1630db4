/// The `alert_severity` of a row in `low_stock_alerts`, in ascending order. Alerts are compared by their
/// `AlertLevel`, which tells negative stock apart.
public enum Severity: UInt8, Sendable, CaseIterable {
    case warning = 1
    case low
    case critical
    case outOfStock

    /// The name in views and messages, `OUT_OF_STOCK` for one.
    public var name: String {
        switch self {
        case .warning: "WARNING"
        case .low: "LOW"
        case .critical: "CRITICAL"
        case .outOfStock: "OUT_OF_STOCK"
        }
    }
}

/// A product's state over all its warehouses.
public enum OverallStatus: UInt8, Sendable, CaseIterable {
    case outOfStock = 1
    case reorderNow
    case reorderSoon
    case healthy

    /// First match wins; a comparison with a nil threshold is false.
    public init(total: Int128, threshold: Int32?) {
        if total == 0 {
            self = .outOfStock
        } else if let threshold, total < Int128(threshold) {
            self = .reorderNow
        } else if let threshold, total < 2 * Int128(threshold) {
            self = .reorderSoon
        } else {
            self = .healthy
        }
    }

    /// The name in views and messages, `REORDER_NOW` for one.
    public var name: String {
        switch self {
        case .outOfStock: "OUT_OF_STOCK"
        case .reorderNow: "REORDER_NOW"
        case .reorderSoon: "REORDER_SOON"
        case .healthy: "HEALTHY"
        }
    }
}
