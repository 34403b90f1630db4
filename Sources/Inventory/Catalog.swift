/// The reference tables as of one moment; immutable, so every worker may hold it.
public final class Catalog: Sendable {
    public let products: [ProductID: Product]
    public let warehouses: [WarehouseID: Warehouse]

    public init(products: [ProductID: Product] = [:], warehouses: [WarehouseID: Warehouse] = [:]) {
        self.products = products
        self.warehouses = warehouses
    }

    /// Tables from rows; of two rows with one key the later counts.
    public convenience init(products: [Product], warehouses: [Warehouse]) {
        self.init(
            products: Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
            warehouses: Dictionary(warehouses.map { ($0.id, $0) }, uniquingKeysWith: { $1 }))
    }

    /// The products whose row appeared, changed or went away between an older catalog and this one.
    func changedProducts(since old: Catalog) -> [ProductID] {
        let gone = old.products.keys.filter { products[$0] == nil }
        return gone + products.values.filter { old.products[$0.id] != $0 }.map(\.id)
    }

    /// The warehouses whose row appeared, changed or went away between an older catalog and this one.
    func changedWarehouses(since old: Catalog) -> Set<WarehouseID> {
        let gone = old.warehouses.keys.filter { warehouses[$0] == nil }
        return Set(gone + warehouses.values.filter { old.warehouses[$0.id] != $0 }.map(\.id))
    }
}
