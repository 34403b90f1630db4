import Inventory
import TestSupport

/// What the ids of a history are. Producer and checker know products, warehouses and events by small numbers; where an
/// id is a text, a text of its own stands for each.
struct SimIDs {
    var event = IDKind.integer
    var product = IDKind.integer
    var warehouse = IDKind.integer

    init() {}

    /// In every third history some ids are texts, each kind for itself.
    init(seed: UInt64) {
        guard seed % 3 == 0 else { return }
        let kinds = 1 + seed / 3 % 7
        event = kinds & 1 != 0 ? .text : .integer
        product = kinds & 2 != 0 ? .text : .integer
        warehouse = kinds & 4 != 0 ? .text : .integer
    }

    /// Those of a new process, which gives the texts numbers of its own.
    var ofProcess: IDs { IDs(event: event, product: product, warehouse: warehouse) }

    // MARK: Written

    private static let products = ["\"\\", "SKU-1", "sku-1", "SKU-\"1\""]

    private static func productText(_ number: Int32) -> String { products[Int(number)] }

    private static func warehouseText(_ number: Int32) -> String {
        ["us-\(number)", "US\\\(number)", " us\"\(number)\" é"][Int(number) % 3]
    }

    func product(_ number: Int32) -> String {
        product == .text ? IDTexts.json(Self.productText(number)) : "\(number)"
    }

    func warehouse(_ number: Int32) -> String {
        warehouse == .text ? IDTexts.json(Self.warehouseText(number)) : "\(number)"
    }

    func event(_ number: Int64) -> String {
        guard event == .text else { return "\(number)" }
        // The last is an integer that is taken as its digits.
        return ["\"E-\(number)\"", "\"e-\(number)\"", "\"\\u0045\\\"\(number)\"", "\(number)"][Int(number & 3)]
    }

    /// A reference row's key: a bare text, a text as JSON, or an object.
    func key(ofProduct number: Int32) -> String {
        guard product == .text else { return "\(number)" }
        return [Self.productText(number), product(number), "{\"product_id\":\(product(number))}"][Int(number) % 3]
    }

    /// As `key(ofProduct:)`.
    func key(ofWarehouse number: Int32) -> String {
        guard warehouse == .text else { return "\(number)" }
        return [Self.warehouseText(number), warehouse(number), "{\"warehouse_id\":\(warehouse(number))}"][
            Int(number) / 3 % 3]
    }

    /// A pair's key as stockd writes it.
    func key(_ pair: Pair) -> String {
        "{\"product_id\":\(product(pair.product.rawValue)),\"warehouse_id\":\(warehouse(pair.warehouse.rawValue))}"
    }

    // MARK: Read

    private static let productNumbers = Dictionary(
        uniqueKeysWithValues: (1...3 as ClosedRange<Int32>).map { (productText($0), $0) })
    private static let warehouseNumbers = Dictionary(
        uniqueKeysWithValues: (1...50 as ClosedRange<Int32>).map { (warehouseText($0), $0) })

    private func productNumber(_ id: String) -> Int32? { product == .text ? Self.productNumbers[id] : Int32(id) }

    private func warehouseNumber(_ id: String) -> Int32? { warehouse == .text ? Self.warehouseNumbers[id] : Int32(id) }

    /// The pair that a message's key names.
    func pair(_ key: FlatJSON) -> Pair? {
        guard let product = key["product_id"].flatMap(productNumber),
            let warehouse = key["warehouse_id"].flatMap(warehouseNumber)
        else { return nil }
        return Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
    }

    // MARK: A process's own numbers

    private var areNumbers: Bool { product == .integer && warehouse == .integer }

    /// The rows with the numbers that a process gives to the texts.
    func catalog(_ catalog: Catalog, of ids: IDs) -> Catalog {
        guard !areNumbers else { return catalog }
        func number(_ text: String) -> Int32 {
            Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1
        }
        return Catalog(
            products: catalog.products.values.map { product in
                var product = product
                if self.product == .text { product.id = ProductID(number(Self.productText(product.id.rawValue))) }
                return product
            },
            warehouses: catalog.warehouses.values.map { warehouse in
                var warehouse = warehouse
                if self.warehouse == .text {
                    warehouse.id = WarehouseID(number(Self.warehouseText(warehouse.id.rawValue)))
                }
                return warehouse
            },
            thresholds: catalog.thresholds.values.map { row in
                let (product, warehouse) = (row.id.product.rawValue, row.id.warehouse.rawValue)
                return PairThreshold(
                    id: Pair(
                        product: ProductID(self.product == .text ? number(Self.productText(product)) : product),
                        warehouse: WarehouseID(
                            self.warehouse == .text ? number(Self.warehouseText(warehouse)) : warehouse)),
                    reorderThreshold: row.reorderThreshold)
            })
    }

    func known(_ product: Product, of ids: IDs) -> Product {
        var product = product
        product.id = ProductID(productNumber(ids.string(product.id)) ?? -1)
        return product
    }

    func known(_ row: PairThreshold, of ids: IDs) -> PairThreshold {
        let pair = Pair(
            product: ProductID(productNumber(ids.string(row.id.product)) ?? -1),
            warehouse: WarehouseID(warehouseNumber(ids.string(row.id.warehouse)) ?? -1))
        return PairThreshold(id: pair, reorderThreshold: row.reorderThreshold)
    }

    func known(_ warehouse: Warehouse, of ids: IDs) -> Warehouse {
        var warehouse = warehouse
        warehouse.id = WarehouseID(warehouseNumber(ids.string(warehouse.id)) ?? -1)
        return warehouse
    }
}

/// The catalogs of a process as the history knows them; one stays the same object as long as the process's does.
final class SimCatalogs {
    private let names: SimIDs
    private let ids: IDs
    private var newest: (Catalog, Catalog)?

    init(_ names: SimIDs, _ ids: IDs) {
        self.names = names
        self.ids = ids
    }

    func known(_ catalog: Catalog) -> Catalog {
        if ids.areNumbers { return catalog }
        if let newest, newest.0 === catalog { return newest.1 }
        let known = Catalog(
            products: catalog.products.values.map { names.known($0, of: ids) },
            warehouses: catalog.warehouses.values.map { names.known($0, of: ids) },
            thresholds: catalog.thresholds.values.map { names.known($0, of: ids) })
        newest = (catalog, known)
        return known
    }
}
