/// How short a pair is of stock; the order is `warning < low < critical < outOfStock`.
public enum Severity: UInt8, Comparable, Sendable, CaseIterable {
    case warning = 1
    case low
    case critical
    case outOfStock

    /// The severity of a stock against a product's threshold, or nil when it does not alert.
    ///
    /// First match wins: stock = 0, 4 × stock ≤ threshold, 2 × stock ≤ threshold. The products are never
    /// formed, so nothing can overflow: for integers, 4s ≤ t exactly when s ≤ ⌊t / 4⌋.
    @inlinable
    public init?(stock: Int64, threshold: Int32?) {
        guard let threshold, stock < Int64(threshold) else { return nil }
        if stock == 0 {
            self = .outOfStock
        } else if stock <= Int64(threshold >> 2) {
            self = .critical
        } else if stock <= Int64(threshold >> 1) {
            self = .low
        } else {
            self = .warning
        }
    }

    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

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
