/// The reference tables as of one moment; immutable, so every worker may hold it.
public final class Catalog: Sendable {
    public typealias Products = RowTable<Product>
    public typealias Warehouses = RowTable<Warehouse>
    public typealias Thresholds = RowTable<PairThreshold>

    public let products: Products
    public let warehouses: Warehouses
    public let thresholds: Thresholds

    public init(
        products: Products = Products(), warehouses: Warehouses = Warehouses(), thresholds: Thresholds = Thresholds()
    ) {
        self.products = products
        self.warehouses = warehouses
        self.thresholds = thresholds
    }

    /// Tables from rows; of two rows with one key the later counts.
    public convenience init(
        products: [Product], warehouses: [Warehouse], thresholds: [PairThreshold] = []
    ) {
        self.init(
            products: Products(products), warehouses: Warehouses(warehouses), thresholds: Thresholds(thresholds))
    }

    // What other modules ask: they would look rows up in generic tables, at many times the cost.

    public func product(_ id: ProductID) -> Product? { products[id] }
    public func warehouse(_ id: WarehouseID) -> Warehouse? { warehouses[id] }

    /// The threshold of a pair: its own where the thresholds table has one, even if that is null, else the product's.
    public func threshold(of pair: Pair, _ product: Product) -> Int32? {
        guard thresholds.count > 0, let own = thresholds[pair] else { return product.reorderThreshold }
        return own.reorderThreshold
    }
}
