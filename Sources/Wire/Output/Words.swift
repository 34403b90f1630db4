import Inventory

/// The names of the domain's cases as constants: a `String` for each message would cost more than the
/// message.
extension Severity {
    var word: StaticString {
        switch self {
        case .warning: "WARNING"
        case .low: "LOW"
        case .critical: "CRITICAL"
        case .outOfStock: "OUT_OF_STOCK"
        }
    }
}

extension AlertLevel {
    var word: StaticString { self == .oversold ? "OVERSOLD" : severity.word }
}

extension OverallStatus {
    var word: StaticString {
        switch self {
        case .outOfStock: "OUT_OF_STOCK"
        case .reorderNow: "REORDER_NOW"
        case .reorderSoon: "REORDER_SOON"
        case .healthy: "HEALTHY"
        }
    }
}

extension ChangeKind {
    var word: StaticString {
        switch self {
        case .raised: "RAISED"
        case .escalated: "ESCALATED"
        case .eased: "EASED"
        case .updated: "UPDATED"
        case .resolved: "RESOLVED"
        }
    }
}
