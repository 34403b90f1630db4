/// The reference tables as of one moment; immutable, so every worker may hold it.
public final class Catalog: Sendable {
    public typealias Products = RowTable<Product>
    public typealias Warehouses = RowTable<Warehouse>

    public let products: Products
    public let warehouses: Warehouses

    public init(products: Products = Products(), warehouses: Warehouses = Warehouses()) {
        self.products = products
        self.warehouses = warehouses
    }

    /// Tables from rows; of two rows with one key the later counts.
    public convenience init(products: [Product], warehouses: [Warehouse]) {
        self.init(products: Products(products), warehouses: Warehouses(warehouses))
    }
}
