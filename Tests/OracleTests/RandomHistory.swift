import Inventory
import OracleSupport
import TestSupport

/// An order event as its producer knows it, before it is encoded.
struct HistoryEvent {
    var partition: Int
    var offset: Int64
    var id: Int64
    var type: String
    var product: Int32
    var warehouse: Int32
    var quantity: Int32
    var microseconds: Int64
    var names = OracleIDs()

    var json: String {
        """
        {"event_id":\(names.event(id)),"event_type":"\(type)","product_id":\(names.product(Int64(product))),\
        "warehouse_id":\(names.warehouse(Int64(warehouse))),"quantity":\(quantity),"event_time":\(microseconds)}
        """
    }
}

/// Random events and reference tables, with so few ids that they meet often.
struct RandomHistory {
    var random: SeededRandom
    private(set) var catalog = Catalog()
    private var nextID: [Int64] = [1, -50]
    private var offsets: [Int64] = [0, 0]

    let names: OracleIDs
    let ids: IDs

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        names = OracleIDs(seed: seed)
        ids = names.ids
    }

    mutating func event() -> HistoryEvent {
        let partition = random.below(2)
        let isDuplicate = random.chance(5)
        let id = nextID[partition] - (isDuplicate ? Int64(1 + random.below(20)) : 0)
        if !isDuplicate { nextID[partition] += Int64(1 + random.below(3)) }
        offsets[partition] += 1
        // After 2001-09-09: from then on a number of this size is read as microseconds.
        let second = 1_774_872_000 + Int64(random.below(5000))
        let fraction = random.pick([0, 0, 500_000, 250, 1, 999_999] as [Int64])
        return HistoryEvent(
            partition: partition, offset: offsets[partition], id: id,
            type: random.pick([
                "RECEIVED", "RECEIVED", "SHIPPED", "SHIPPED", "RETURNED", "COUNTED", "received",
            ]),
            product: Int32(1 + random.below(4)), warehouse: Int32(1 + random.below(3)),
            quantity: random.chance(40) ? .max : Int32(random.below(random.pick([3, 30, 120]))),
            microseconds: second * 1_000_000 + fraction, names: names)
    }

    /// Adds, changes or deletes up to three reference rows.
    mutating func changeReference() -> Catalog {
        var products = catalog.products
        var warehouses = catalog.warehouses
        var thresholds = catalog.thresholds
        for _ in 0...random.below(3) {
            if random.chance(3) {
                let pair = Pair(
                    product: ProductID(names.number(names.product, 1 + random.below(4), OracleIDs.productText, ids)),
                    warehouse: WarehouseID(
                        names.number(names.warehouse, 1 + random.below(3), OracleIDs.warehouseText, ids)))
                thresholds[pair] =
                    random.chance(4) ? nil : PairThreshold(id: pair, reorderThreshold: random.pick(Self.thresholds))
            } else if random.chance(3) {
                let id = WarehouseID(names.number(names.warehouse, 1 + random.below(3), OracleIDs.warehouseText, ids))
                let name: Text = random.pick(["Hub \"A\"", "Hub É", "Hub|3"])
                warehouses[id] =
                    random.chance(4)
                    ? nil : Warehouse(id: id, name: name, region: random.pick(["n", "s"]))
            } else {
                let id = ProductID(names.number(names.product, 1 + random.below(4), OracleIDs.productText, ids))
                products[id] = random.chance(5) ? nil : changed(products[id], id)
            }
        }
        catalog = Catalog(products: products, warehouses: warehouses, thresholds: thresholds)
        return catalog
    }

    private static let thresholds: [Int32?] = [nil, nil, 0, 1, 7, 40, 100, -5, .max, .min]

    private mutating func changed(_ product: Product?, _ id: ProductID) -> Product {
        var product = product ?? Product(id: id, name: "Cable", category: "c", reorderThreshold: 40)
        switch random.below(5) {
        case 0: product.name = random.pick(["Cable", "Kabel 'ß'", "\u{1F50C}"])
        case 1: product.category = random.pick(["c", "d"])
        case 2: product.unitPrice = ExactDecimal(unscaled: Int128(random.below(500)), scale: 2)
        default: product.reorderThreshold = random.pick(Self.thresholds)
        }
        return product
    }
}

extension OracleIDs {
    var ids: IDs {
        IDs(
            event: event ? .text : .integer, product: product ? .text : .integer,
            warehouse: warehouse ? .text : .integer)
    }

    /// The number that the domain has for an id of the history.
    func number(_ isText: Bool, _ number: Int, _ text: (Int64) -> String, _ ids: IDs) -> Int32 {
        guard isText else { return Int32(number) }
        return Array(text(Int64(number)).utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1
    }
}
