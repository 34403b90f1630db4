public import Foundation
public import Inventory

/// An alert as the last message of the alert topic says it; see docs/alerts.md for its members.
public struct Alert: Sendable, Equatable {
    /// The ids as text, whatever kind they are of.
    public var productID: String
    public var warehouseID: String
    public var productName: String?
    public var warehouseName: String?
    public var category: String?
    /// Nil when the row is gone.
    public var currentStock: Int64?
    public var reorderThreshold: Int32?
    /// Nil when the alert is over.
    public var level: AlertLevel?
    /// 1 for the first alert of the pair, one more at each that begins.
    public var incident: UInt32
    /// The message's value, a JSON object on one line.
    public var json: Data

    public init(
        productID: String, warehouseID: String, productName: String? = nil, warehouseName: String? = nil,
        category: String? = nil, currentStock: Int64?, reorderThreshold: Int32?, level: AlertLevel?,
        incident: UInt32, json: Data
    ) {
        self.productID = productID
        self.warehouseID = warehouseID
        self.productName = productName
        self.warehouseName = warehouseName
        self.category = category
        self.currentStock = currentStock
        self.reorderThreshold = reorderThreshold
        self.level = level
        self.incident = incident
        self.json = json
    }
}
