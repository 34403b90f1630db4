/// Which of the reference tables.
public enum ReferenceKind: UInt8, Sendable, CaseIterable {
    case products = 1
    case warehouses = 2

    /// The name in the configuration, in messages and in metrics.
    public var name: String { self == .products ? "products" : "warehouses" }
}

/// A row of the products table.
public struct Product: Equatable, Sendable {
    public var id: ProductID
    public var name: String
    public var category: String
    /// Stock below this alerts; nil never alerts.
    public var reorderThreshold: Int32?
    public var unitPrice: ExactDecimal?

    public init(
        id: ProductID, name: String, category: String, reorderThreshold: Int32?,
        unitPrice: ExactDecimal? = nil
    ) {
        self.id = id
        self.name = name
        self.category = category
        self.reorderThreshold = reorderThreshold
        self.unitPrice = unitPrice
    }
}

/// A row of the warehouses table.
public struct Warehouse: Equatable, Sendable {
    public var id: WarehouseID
    public var name: String
    public var region: String

    public init(id: WarehouseID, name: String, region: String) {
        self.id = id
        self.name = name
        self.region = region
    }
}
