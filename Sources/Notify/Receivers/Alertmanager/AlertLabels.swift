import Inventory

/// The labels of an alert, which are its identity in an Alertmanager: an alert with other labels is another alert.
///
/// So labels hold only what seldom changes while an alert stands: the ids, the severity and the category. The names
/// are annotations, as a name that is corrected must not make a second alert. When the severity or the category does
/// change, the alert of the old labels is resolved in the same request that posts the new one: routes and inhibitions
/// by severity then work as they do for Prometheus's own alerts.
///
/// The severity that was told last comes with the item (`previousLevel`); a category is remembered since it was last
/// posted, which after a start is the first refresh. What cannot be resolved because nobody remembers its labels is
/// not posted again, and so Alertmanager resolves it by itself after its `resolve_timeout`.
struct AlertLabels: Equatable, Sendable {
    static let name = "StockAlert"
    static let reserved: Set<String> = ["alertname", "product_id", "warehouse_id", "severity", "category"]

    var severity: String
    var category: String?
    let productID: String
    let warehouseID: String

    init(_ alert: Alert, _ level: AlertLevel) {
        severity = level.pagerSeverity
        category = alert.category.map { CleanText.of($0) }
        productID = CleanText.of(alert.productID)
        warehouseID = CleanText.of(alert.warehouseID)
    }

    func members(with others: [(String, JSON)]) -> JSON {
        var members: [(String, JSON)] = [
            ("alertname", .text(Self.name)), ("product_id", .text(productID)), ("warehouse_id", .text(warehouseID)),
            ("severity", .text(severity)),
        ]
        // A label without a value is none.
        if let category, !category.isEmpty { members.append(("category", .text(category))) }
        return .object(members + others)
    }

    /// Why a user's label cannot be sent; nil when it can.
    static func problem(name: String, value: String) -> String? {
        guard name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil else {
            return "must have names of letters, digits and underscores, such as team; \(CleanText.of(name)) is none"
        }
        if reserved.contains(name) { return "must not hold \(name), which the alert sets itself" }
        return value.isEmpty ? "must have values; that of \(name) is empty" : nil
    }
}
