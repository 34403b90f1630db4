/// How urgent an alert is: its severity, except that negative stock is a level of its own, above all others.
///
/// The order is `warning < low < critical < outOfStock < oversold`. An alert's messages report changes of its level.
public enum AlertLevel: UInt8, Comparable, Sendable, CaseIterable {
    case warning = 1
    case low
    case critical
    case outOfStock
    case oversold

    /// The level of a stock against a product's threshold, or nil when it does not alert.
    ///
    /// First match wins: stock < 0, stock = 0, 4 × stock ≤ threshold, 2 × stock ≤ threshold. The products are
    /// never formed, so nothing can overflow: for integers, 4s ≤ t exactly when s ≤ ⌊t / 4⌋.
    @inlinable
    public init?(stock: Int64, threshold: Int32?) {
        guard let threshold, stock < Int64(threshold) else { return nil }
        if stock < 0 {
            self = .oversold
        } else if stock == 0 {
            self = .outOfStock
        } else if stock <= Int64(threshold >> 2) {
            self = .critical
        } else if stock <= Int64(threshold >> 1) {
            self = .low
        } else {
            self = .warning
        }
    }

    /// The `alert_severity` in the view. Negative stock below its threshold is always critical there:
    /// s < 0 and s < t give 4s ≤ t.
    @inlinable public var severity: Severity {
        switch self {
        case .warning: .warning
        case .low: .low
        case .critical, .oversold: .critical
        case .outOfStock: .outOfStock
        }
    }

    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The name in counts and filters, `OVERSOLD` for one; otherwise the severity's.
    public var name: String { self == .oversold ? "OVERSOLD" : severity.name }
}
