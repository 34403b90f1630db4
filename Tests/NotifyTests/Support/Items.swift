import Foundation
import Inventory

@testable import Notify

/// Foundation has one, too.
typealias Notification = Notify.Notification

/// What the tests tell receivers.
enum Items {
    /// 2026-03-30T12:30:00Z.
    static let began = Date(timeIntervalSince1970: 1_774_873_800)
    /// Two hours and five minutes later.
    static let time = began.addingTimeInterval(7_500)

    static func alert(
        _ product: String = "3", name: String? = "Laptop Stand", warehouse: String = "1", stock: Int64? = 15,
        threshold: Int32? = 30, level: AlertLevel? = .low, category: String? = "Accessories"
    ) -> Alert {
        Alert(
            productID: product, warehouseID: warehouse, productName: name, warehouseName: "East Coast Hub",
            category: category, currentStock: stock, reorderThreshold: threshold, level: level, incident: 1,
            json: Data(#"{"change":"RAISED","product_id":3,  "current_stock":15}"#.utf8))
    }

    static func item(
        _ change: Notification.Item.Change = .began, _ alert: Alert = alert(), key: String? = nil,
        previous: AlertLevel? = nil, thread: String? = nil
    ) -> Notification.Item {
        Notification.Item(
            change: change, deduplicationKey: key ?? "\(alert.productID)/\(alert.warehouseID)/1", alert: alert,
            previousLevel: previous, began: began, ended: change == .ended ? time : nil, thread: thread)
    }

    static func one(
        _ change: Notification.Item.Change = .began, _ alert: Alert = alert(), previous: AlertLevel? = nil,
        thread: String? = nil, id: String = "n-1"
    ) -> Notification {
        Notification(id: id, items: [item(change, alert, previous: previous, thread: thread)], time: time)
    }

    /// The most urgent first, with every hostile name among them.
    static func many(_ count: Int, names: [String] = ["Mug"]) -> Notification {
        let levels = AlertLevel.allCases.reversed()
        let items = (0..<count).map { number in
            let level = levels[levels.index(levels.startIndex, offsetBy: number * levels.count / count)]
            let stock: Int64 = level == .oversold ? -5 : 3
            return item(
                .began, alert("P-\(number)", name: names[number % names.count], stock: stock, level: level))
        }
        return Notification(id: "n-many", items: items, time: time)
    }
}

extension Outcome {
    /// `taken`, `again`, `refused` or `misconfigured`.
    var word: String {
        switch self {
        case .taken: "taken"
        case .again: "again"
        case .refused: "refused"
        case .misconfigured: "misconfigured"
        }
    }

    var failure: Notify.Failure? {
        switch self {
        case .taken: nil
        case .again(let failure, _), .refused(let failure), .misconfigured(let failure): failure
        }
    }

    var message: String { failure?.message ?? "" }
    var after: Duration? { if case .again(_, let after) = self { after } else { nil } }
    var thread: String? { if case .taken(let thread) = self { thread } else { nil } }
}
