internal import Foundation
import Inventory

/// A made-up alert, to try a receiver with.
public struct TrialNotification {
    private let receiver: String
    private let stamp = Int64(Date().timeIntervalSince1970)

    public init(receiver: String) { self.receiver = receiver }

    /// Sends the beginning and then the end, unless the beginning was not taken.
    public func send(to target: any Receiver) -> [(text: String, outcome: Outcome)] {
        let began = target.send(notification(.began, .low, thread: nil))
        guard case .taken(let thread) = began else { return [("a made-up alert", began)] }
        let ended = target.send(notification(.ended, nil, thread: thread))
        return [("a made-up alert", began), ("its end", ended)]
    }

    private func notification(
        _ change: Notification.Item.Change, _ level: AlertLevel?, thread: String?
    ) -> Notification {
        let severity = level.map { "\"\($0.severity.name)\"" } ?? "null"
        let stock: Int64 = level == nil ? 60 : 15
        let json = """
            {"change":"\(level == nil ? "RESOLVED" : "RAISED")","product_id":0,"product_name":"Test of stockd notify",\
            "category":"Test","warehouse_id":0,"warehouse_name":"No warehouse","current_stock":\(stock),\
            "reorder_threshold":30,"alert_severity":\(severity),"oversold_units":0,"incident":1}
            """
        let alert = Alert(
            productID: "0", warehouseID: "0", productName: "Test of stockd notify", warehouseName: "No warehouse",
            category: "Test", currentStock: stock, reorderThreshold: 30, level: level, incident: 1,
            json: Data(json.utf8))
        let key = "stockd-test/\(receiver)/\(stamp)"
        let now = Date()
        let item = Notification.Item(
            change: change, deduplicationKey: key, alert: alert, previousLevel: level == nil ? .low : nil,
            began: now, ended: level == nil ? now : nil, thread: thread)
        return Notification(id: key + "/\(change.rawValue)", items: [item], time: now)
    }
}
