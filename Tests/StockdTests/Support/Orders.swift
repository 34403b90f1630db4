import Foundation
import Inventory
import TestSupport

/// An order event as a shop sends it.
struct Order {
    var id: Int64
    var type: String
    var product: Int32
    var warehouse: Int32
    var quantity: Int32
    /// Seconds since the epoch.
    var second: Int64
    /// Whether its ids are texts.
    var hasTexts = false

    var json: String { json { IDTexts.json($0) } }

    /// - Parameter quoted: writes a text as JSON.
    func json(_ quoted: (String) -> String) -> String {
        func written(_ number: Int64) -> String { hasTexts ? quoted(IDTexts.numbered(Int(number))) : "\(number)" }
        return #"{"event_id":\#(written(id)),"event_type":"\#(type)","product_id":\#(written(Int64(product))),"#
            + #""warehouse_id":\#(written(Int64(warehouse))),"quantity":\#(quantity),"event_time":\#(second)}"#
    }

    /// The key of its pair in the topics, `exact`.
    var key: String {
        let (product, warehouse) = (Self.keyPart(product, hasTexts), Self.keyPart(warehouse, hasTexts))
        return #"{"product_id":\#(product),"warehouse_id":\#(warehouse)}"#
    }

    private static func keyPart(_ number: Int32, _ isText: Bool) -> String {
        isText ? keyParts[Int(number)] : "\(number)"
    }

    private static let keyParts = (0...Int(Market.products)).map { IDTexts.json(IDTexts.numbered($0)).exact }

    var units: Int64 {
        switch type {
        case "RECEIVED", "RETURNED": Int64(quantity)
        case "SHIPPED": -Int64(quantity)
        default: 0
        }
    }
}

extension SeededRandom {
    /// STOCKD_TEST_SEED, or another one each run; tests name it when they fail.
    static let runSeed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["STOCKD_TEST_SEED"]
        return given.flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000_000)
    }()
}

/// A shop whose stock keeps crossing its thresholds.
struct Shop {
    static let products: Int32 = 20
    static let warehouses: Int32 = 5

    static func threshold(_ product: Int32) -> Int32 { 20 + product * 10 }

    static let catalog = Catalog(
        products: (1...products).map {
            Product(
                id: ProductID($0), name: "Product \($0)", category: "Test", reorderThreshold: threshold($0))
        },
        warehouses: (1...warehouses).map {
            Warehouse(id: WarehouseID($0), name: "Warehouse \($0)", region: "Test")
        })

    /// The same tables as files.
    static let productsFile =
        "product_id,product_name,category,reorder_threshold,unit_price\n"
        + (1...products).map { "\($0),Product \($0),Test,\(threshold($0)),1.50\n" }.joined()
    static let warehousesFile =
        "warehouse_id,warehouse_name,region\n"
        + (1...warehouses).map { "\($0),Warehouse \($0),Test\n" }.joined()

    private var random: SeededRandom
    private var nextID: Int64 = 1

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func order() -> Order {
        defer { nextID += 1 }
        let dice = Int.random(in: 0..<10, using: &random)
        let type = dice < 4 ? "RECEIVED" : dice < 5 ? "RETURNED" : "SHIPPED"
        return Order(
            id: nextID, type: type, product: .random(in: 1...Self.products, using: &random),
            warehouse: .random(in: 1...Self.warehouses, using: &random),
            quantity: .random(in: 0...(type == "SHIPPED" ? 60 : 55), using: &random),
            second: 1_775_000_000 + .random(in: 0..<86_400, using: &random))
    }

    /// The shop's first orders.
    static func orders(_ count: Int, seed: UInt64) -> [Order] {
        var shop = Shop(seed: seed)
        return (0..<count).map { _ in shop.order() }
    }
}
