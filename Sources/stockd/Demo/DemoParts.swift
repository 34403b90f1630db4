import Foundation
import Inventory
import Service
import Synchronization
import Wire

/// A message of inventory-alerts as any consumer would take it apart.
struct AlertMessage {
    private let fields: [String: Any]

    init(_ value: UnsafeRawBufferPointer) {
        let parsed = try? JSONSerialization.jsonObject(with: Data(value))
        fields = parsed as? [String: Any] ?? [:]
    }

    func sentence(_ style: TerminalStyle) -> String {
        func text(_ name: String) -> String? { fields[name] as? String }
        let change = EscapedText.of(text("change") ?? "?")
        let padded = style.severity(change) + String(repeating: " ", count: max(0, 9 - change.count))
        // Negative stock is a level of its own though its severity is CRITICAL.
        func level(_ severity: String, _ oversoldUnits: String) -> String? {
            let units = (fields[oversoldUnits] as? NSNumber)?.int64Value ?? 0
            return text(severity).map { units > 0 ? "OVERSOLD" : EscapedText.of($0) }
        }
        let now = level("alert_severity", "oversold_units").map { style.severity($0) } ?? "fine"
        let from = level("previous_severity", "previous_oversold_units").map { "\($0) → " } ?? ""
        let stock = (fields["current_stock"] as? NSNumber).map { ", stock \($0)" } ?? ""
        let place = EscapedText.of("\(text("product_name") ?? "?"), \(text("warehouse_name") ?? "?")")
        return "\(padded)  \(place): \(from)\(now)\(stock)"
    }
}

/// Orders that keep the shop going: many small shipments, a delivery where the shelf is nearly empty, now and
/// then a return.
struct OrderGenerator {
    private var id: Int64
    private var random = SystemRandomNumberGenerator()
    /// What was delivered and not shipped since the generator began.
    private var shelf: [Int: Int] = [:]

    init(firstID: Int64) { id = firstID }

    mutating func next() -> String {
        id += 1
        let product = Int.random(in: 1...5, using: &random)
        let warehouse = Int.random(in: 1...3, using: &random)
        let isKnown = shelf[product * 10 + warehouse] != nil
        let stock = shelf[product * 10 + warehouse, default: 0]
        let dice = Int.random(in: 0..<20, using: &random)
        let (type, quantity) =
            !isKnown || (stock < 6 && dice < 8)
            ? ("RECEIVED", Int.random(in: 20...90, using: &random))
            : dice == 19 ? ("RETURNED", 1) : ("SHIPPED", Int.random(in: 1...6, using: &random))
        shelf[product * 10 + warehouse] = stock + (type == "SHIPPED" ? -quantity : quantity)
        let time = RFC3339.string(Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)))
        return #"{"event_id":\#(id),"event_type":"\#(type)","product_id":\#(product),"#
            + #""warehouse_id":\#(warehouse),"quantity":\#(quantity),"event_time":"\#(time)"}"#
    }
}

/// Catches Ctrl-C, so that the demo can clean up.
struct Interruption {
    init() {
        interruptions.store(0, ordering: .relaxed)
        signal(SIGINT) { _ in interruptions.add(1, ordering: .relaxed) }
    }

    var hasCome: Bool { interruptions.load(ordering: .relaxed) > 0 }
}

private let interruptions = Atomic<Int>(0)
