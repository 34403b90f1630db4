/// What a message of change data capture says of the events table.
///
/// An upsert holds the new row. The receiver must know the old one, since what a message says of it cannot be
/// trusted.
public enum RowChange: Equatable, Sendable {
    case upsert(OrderEvent, RowVersion)
    /// The type was left out because it had not changed: `units` is the bare quantity, and the known row tells the
    /// sign.
    case upsertKeepingType(OrderEvent, RowVersion)
    case delete(EventID, RowVersion)
    /// Every row older than this is gone.
    case truncate(RowVersion)
}

/// A reference row as a message holds it, besides its id. PostgreSQL does not log a long text that an update left
/// alone, so a text that is nil keeps its value.
public protocol RowPatch: Equatable, Sendable {
    associatedtype Row: TableRow

    /// The whole row; nil when it keeps a column of a row that is not known.
    func row(_ id: Row.ID, after old: Row?) -> Row?
}

/// What a message says of a reference table.
public enum ReferenceChange<Patch: RowPatch>: Equatable, Sendable {
    case upsert(Patch.Row.ID, Patch, RowVersion)
    case delete(Patch.Row.ID, RowVersion)
    /// Every row older than this is gone.
    case truncate(RowVersion)
}

public struct ProductPatch: RowPatch {
    public var name: Text?
    public var category: Text?
    public var reorderThreshold: Int32?
    public var unitPrice: ExactDecimal?

    public init(name: Text?, category: Text?, reorderThreshold: Int32?, unitPrice: ExactDecimal?) {
        self.name = name
        self.category = category
        self.reorderThreshold = reorderThreshold
        self.unitPrice = unitPrice
    }

    public func row(_ id: ProductID, after old: Product?) -> Product? {
        guard let name = name ?? old?.name, let category = category ?? old?.category else { return nil }
        return Product(
            id: id, name: name, category: category, reorderThreshold: reorderThreshold, unitPrice: unitPrice)
    }
}

public struct WarehousePatch: RowPatch {
    public var name: Text?
    public var region: Text?

    public init(name: Text?, region: Text?) {
        self.name = name
        self.region = region
    }

    public func row(_ id: WarehouseID, after old: Warehouse?) -> Warehouse? {
        guard let name = name ?? old?.name, let region = region ?? old?.region else { return nil }
        return Warehouse(id: id, name: name, region: region)
    }
}

public struct ThresholdPatch: RowPatch {
    public var reorderThreshold: Int32?

    public init(reorderThreshold: Int32?) { self.reorderThreshold = reorderThreshold }

    public func row(_ id: Pair, after old: PairThreshold?) -> PairThreshold? {
        PairThreshold(id: id, reorderThreshold: reorderThreshold)
    }
}
