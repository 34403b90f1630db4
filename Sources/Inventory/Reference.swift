/// Which of the reference tables.
public enum ReferenceKind: UInt8, Sendable, CaseIterable {
    case products = 1
    case warehouses = 2
    case thresholds = 3

    /// The name in the configuration, in messages and in metrics.
    public var name: String {
        switch self {
        case .products: "products"
        case .warehouses: "warehouses"
        case .thresholds: "thresholds"
        }
    }
}

/// A row of the products table.
public struct Product: Equatable, Sendable {
    public var id: ProductID
    private var texts: TextPair
    /// Stock below this alerts; nil never alerts.
    public var reorderThreshold: Int32?
    public var unitPrice: ExactDecimal?

    public init(
        id: ProductID, name: Text, category: Text, reorderThreshold: Int32?,
        unitPrice: ExactDecimal? = nil
    ) {
        self.id = id
        texts = TextPair(name, category)
        self.reorderThreshold = reorderThreshold
        self.unitPrice = unitPrice
    }

    /// Empty where there is none.
    public var name: Text {
        get { texts.first }
        set { texts = TextPair(newValue, category) }
    }

    /// Empty where there is none.
    public var category: Text {
        get { texts.second }
        set { texts = TextPair(name, newValue) }
    }
}

/// A row of the warehouses table.
public struct Warehouse: Equatable, Sendable {
    public var id: WarehouseID
    private var texts: TextPair

    public init(id: WarehouseID, name: Text, region: Text) {
        self.id = id
        texts = TextPair(name, region)
    }

    /// Empty where there is none.
    public var name: Text {
        get { texts.first }
        set { texts = TextPair(newValue, region) }
    }

    /// Empty where there is none.
    public var region: Text {
        get { texts.second }
        set { texts = TextPair(name, newValue) }
    }
}

/// A row of the thresholds table: for one product in one warehouse it takes the place of the product's threshold.
public struct PairThreshold: Equatable, Sendable {
    public var id: Pair
    /// Stock below this alerts; nil never alerts.
    public var reorderThreshold: Int32?

    public init(id: Pair, reorderThreshold: Int32?) {
        self.id = id
        self.reorderThreshold = reorderThreshold
    }
}

extension Product: TableRow {
    public func write(to bytes: inout RowBytes) {
        bytes.append(texts)
        bytes.append(reorderThreshold)
        bytes.append((unitPrice?.scale).map { Int32($0) })
        if let unitPrice { bytes.append(unitPrice.unscaled) }
    }

    public init(_ id: ProductID, from bytes: RowBytes, at offset: inout Int) {
        self.id = id
        texts = bytes.texts(at: &offset)
        reorderThreshold = bytes.number(at: &offset)
        let scale: Int32? = bytes.number(at: &offset)
        unitPrice = scale.map { ExactDecimal(unscaled: bytes.number(at: &offset), scale: Int($0)) }
    }
}

extension Warehouse: TableRow {
    public func write(to bytes: inout RowBytes) {
        bytes.append(texts)
    }

    public init(_ id: WarehouseID, from bytes: RowBytes, at offset: inout Int) {
        self.id = id
        texts = bytes.texts(at: &offset)
    }
}

extension PairThreshold: TableRow {
    public func write(to bytes: inout RowBytes) {
        bytes.append(reorderThreshold)
    }

    public init(_ id: Pair, from bytes: RowBytes, at offset: inout Int) {
        self.id = id
        reorderThreshold = bytes.number(at: &offset)
    }
}
