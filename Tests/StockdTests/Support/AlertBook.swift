import Foundation
import TestSupport

/// A consumer of inventory-alerts that applies changes in order. It records each change that does not follow from the
/// one before, and so finds lost and repeated changes.
struct AlertBook {
    struct Row: Equatable {
        var severity: String
        var stock: Int64
        var threshold: Int64
        var lastUpdated: String

        var level: String { stock < 0 ? "OVERSOLD" : severity }
    }

    private(set) var rows: [String: Row] = [:]
    private(set) var faults: [String] = []
    private(set) var count = 0
    private var incidents: [String: Int64] = [:]

    private static let ranks = ["WARNING": 1, "LOW": 2, "CRITICAL": 3, "OUT_OF_STOCK": 4, "OVERSOLD": 5]

    mutating func apply(_ message: Message) throws {
        try apply(key: message.keyText.exact, message.fields)
    }

    mutating func apply(key: String, _ fields: [String: Any]) throws {
        count += 1
        let change = fields["change"] as? String ?? "?"
        let severity = fields["alert_severity"] as? String
        let previous = fields["previous_severity"] as? String
        let incident = Self.integer(fields["incident"]) ?? -1
        let known = rows[key]
        func check(_ isRight: Bool, _ what: String) {
            if !isRight { faults.append("\(change) number \(count) of \(key): \(what)") }
        }
        let (product, warehouse) = (Self.id(fields["product_id"]), Self.id(fields["warehouse_id"]))
        check(key == #"{"product_id":\#(product),"warehouse_id":\#(warehouse)}"#, "key and value differ")
        check(previous == known?.severity, "was \(previous ?? "none"), known is \(known?.severity ?? "none")")
        check(
            Self.integer(fields["previous_oversold_units"]) == known.map { max(0, -$0.stock) },
            "previous oversold units, known is \(String(describing: known))")
        let began = incidents[key, default: 0]
        check(incident == (change == "RAISED" ? began + 1 : began), "incident \(incident) after \(began)")
        incidents[key] = incident
        let level = severity.map { Self.integer(fields["oversold_units"]) ?? 0 > 0 ? "OVERSOLD" : $0 }
        let step = Self.rank(level) - Self.rank(known?.level)
        let expected =
            known == nil ? "RAISED" : severity == nil ? "RESOLVED" : step > 0 ? "ESCALATED" : "EASED"
        check(change == (known != nil && step == 0 ? "UPDATED" : expected), "expected \(expected)")
        guard let severity else { return rows[key] = nil }
        let row = Row(
            severity: severity, stock: Self.integer(fields["current_stock"]) ?? .min,
            threshold: Self.integer(fields["reorder_threshold"]) ?? .min,
            lastUpdated: fields["last_updated"] as? String ?? "?")
        check(row != known, "nothing changed")
        check(Self.integer(fields["units_below_threshold"]) == row.threshold - row.stock, "units below")
        check(Self.integer(fields["oversold_units"]) == max(0, -row.stock), "oversold units")
        rows[key] = row
    }

    var levels: [String: String] { rows.mapValues(\.level) }

    /// A number, or a text as JSON, `exact`.
    private static func id(_ value: Any?) -> String {
        (value as? String).map { IDTexts.json($0).exact } ?? "\(integer(value) ?? -1)"
    }

    static func integer(_ value: Any?) -> Int64? { (value as? NSNumber)?.int64Value }

    private static func rank(_ level: String?) -> Int { level.flatMap { ranks[$0] } ?? 0 }
}
