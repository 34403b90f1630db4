import Foundation
import TestSupport

/// A market of 20,000 pairs: an endless stream of messages, some of them sent twice, some of them not valid orders.
struct Market {
    static let products: Int32 = 4_000
    static let warehouses: Int32 = 5
    static let partitions: Int32 = 6

    /// A message for the input topic.
    struct Message {
        var partition: Int32
        var key: String
        var value: String
    }

    /// The orders that count, in the order in which they were sent.
    private(set) var orders: [Order] = []
    /// The values that are not valid orders.
    private(set) var bad: [String] = []
    private var recent: [Message] = []
    private var random: SeededRandom

    private let hasTexts: Bool

    init(seed: UInt64, hasTexts: Bool = false) {
        random = SeededRandom(seed: seed)
        self.hasTexts = hasTexts
    }

    /// The reorder threshold under one of the editions of the products file.
    static func threshold(_ product: Int32, edition: Int) -> Int32 {
        20 + (product % 20) * 10 + Int32(edition) * 15
    }

    static func productsFile(edition: Int, hasTexts: Bool = false) -> String {
        "product_id,product_name,category,reorder_threshold,unit_price\n"
            + (1...products).map {
                "\(cell($0, hasTexts)),Product \($0),Test,\(threshold($0, edition: edition)),1.50\n"
            }
            .joined()
    }

    static func warehousesFile(hasTexts: Bool = false) -> String {
        "warehouse_id,warehouse_name,region\n"
            + (1...warehouses).map { "\(cell($0, hasTexts)),Warehouse \($0),Test\n" }.joined()
    }

    /// An id as a cell of a CSV file.
    private static func cell(_ number: Int32, _ isText: Bool) -> String {
        isText ? "\"\(IDTexts.numbered(Int(number)).replacing("\"", with: "\"\""))\"" : "\(number)"
    }

    /// The next messages; each product's go to one partition.
    mutating func messages(_ count: Int) -> [Message] {
        (0..<count).map { _ in
            if !recent.isEmpty, random.chance(50) { return random.pick(recent) }
            if random.chance(400) { return badMessage() }
            let message = nextMessage()
            if recent.count < 500 { recent.append(message) } else { recent[random.below(500)] = message }
            return message
        }
    }

    private mutating func nextMessage() -> Message {
        let isOut = random.below(10) < 5
        let order = Order(
            id: Int64(orders.count + 1), type: isOut ? "SHIPPED" : random.chance(5) ? "RETURNED" : "RECEIVED",
            product: Int32(1 + random.below(Int(Self.products))),
            warehouse: Int32(1 + random.below(Int(Self.warehouses))),
            quantity: Int32(random.below(isOut ? 60 : 70)),
            second: 1_775_000_000 + Int64(random.below(86_400)), hasTexts: hasTexts)
        orders.append(order)
        // A text is written in many ways.
        let value = order.json { random.chance(8) ? IDTexts.json($0, &random) : IDTexts.json($0) }
        return Message(partition: order.product % Self.partitions, key: "\(order.product)", value: value)
    }

    private mutating func badMessage() -> Message {
        let value = #"{"event_id":\#(bad.count),"nonsense":true}"#
        bad.append(value)
        return Message(partition: Int32(random.below(Int(Self.partitions))), key: "bad", value: value)
    }

    /// By key, the levels of the alerts that must be open at the end.
    func levels(edition: Int) -> [String: String] {
        let expected = Recomputation(orders)
        var levels: [String: String] = [:]
        for (key, stock) in expected.stock {
            guard let product = expected.products[key] else { continue }
            let threshold = Int64(Self.threshold(product, edition: edition))
            levels[key] = Recomputation.level(stock, threshold)
        }
        return levels
    }
}
