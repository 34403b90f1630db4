import Foundation
import Inventory
import Wire

/// What the texts say of an item, piece by piece.
enum Words {
    /// `oversold by 5`, `out of stock`, `critical`, `low` or `warning`; `over` when the alert is over.
    static func level(of item: Notification.Item) -> String {
        guard let level = item.level else { return "over" }
        if level == .oversold, let stock = item.alert.currentStock, stock < 0 {
            return "oversold by \(grouped(stock.magnitude))"
        }
        return name(level)
    }

    static func name(_ level: AlertLevel) -> String {
        switch level {
        case .oversold: "oversold"
        case .outOfStock: "out of stock"
        case .critical: "critical"
        case .low: "low"
        case .warning: "warning"
        }
    }

    /// What is new: `low`, `critical, was low`, `still low`, `over, was low`.
    static func news(of item: Notification.Item) -> String {
        let now = level(of: item)
        switch item.change {
        case .began: return now
        case .reminder: return "still \(now)"
        case .escalated, .eased, .ended:
            guard let before = item.previousLevel else { return now }
            return "\(now), was \(name(before))"
        }
    }

    /// How long it has stood, or stood: `3 min`, `2 h 5 min`, `4 d 3 h`. Nil below a minute.
    static func duration(of item: Notification.Item, at time: Date) -> String? {
        let seconds = (item.ended ?? time).timeIntervalSince(item.began)
        guard seconds >= 60, seconds < 1e10 else { return nil }
        let minutes = Int(seconds) / 60
        let parts = [(minutes / 1_440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "min")]
        return parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            .joined(separator: " ")
    }

    /// How many of each level, the most urgent first: `2 out of stock, 3 low, 1 over`.
    static func counts(_ items: some Sequence<Notification.Item>) -> String {
        var standing: [AlertLevel: Int] = [:]
        var over = 0
        for item in items {
            if let level = item.level { standing[level, default: 0] += 1 } else { over += 1 }
        }
        var parts = AlertLevel.allCases.reversed().compactMap { level in
            standing[level].map { "\(grouped($0)) \(name(level))" }
        }
        if over > 0 { parts.append("\(grouped(over)) over") }
        return parts.joined(separator: ", ")
    }

    /// `Laptop Stand (3)`, or `product 3` without a name.
    static func named(_ name: String?, _ id: String, kind: String) -> String {
        let id = CleanText.of(id)
        let name = CleanText.of(name ?? "").trimmingCharacters(in: .whitespaces)
        return name.isEmpty ? "\(kind) \(id)" : "\(name) (\(id))"
    }

    static func product(_ alert: Alert) -> String { named(alert.productName, alert.productID, kind: "product") }

    static func warehouse(_ alert: Alert) -> String {
        named(alert.warehouseName, alert.warehouseID, kind: "warehouse")
    }

    /// With commas between the thousands.
    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var out = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return out
    }

    /// RFC 3339 in UTC.
    static func time(_ date: Date) -> String {
        let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
        return RFC3339.string(Timestamp(microseconds: Int64(exactly: microseconds) ?? 0))
    }
}

extension Notification.Item {
    /// Nil when the alert that the item tells of is over. The pair's newest message may be of a next one.
    var level: AlertLevel? { change == .ended ? nil : alert.level }
}
