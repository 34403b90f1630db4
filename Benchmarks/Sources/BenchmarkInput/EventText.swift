package import Inventory

/// Order events of the tutorial's form, 131 or 132 bytes each, or 180 where all ids are texts, one after the other in
/// one buffer: what the benchmarks read and what they produce to the input topic.
package struct EventText {
    /// Pairs are `pairs / 10` products in ten warehouses.
    package static let warehouses = 10
    package static let firstProduct = 10_000
    package static let firstID = 10_000_000
    /// The event ids that are texts end as the others do.
    private static let idStem = "3f2a9c10-7b41-4c7e-9d30-0000"
    private static let idDigits = 8

    /// Whether all ids are texts.
    private let hasTexts: Bool

    /// By event, the number of its product; only of a shop.
    package private(set) var products: [Int] = []
    package private(set) var bytes: [UInt8] = []
    /// Where each event begins, and where the last one ends.
    package private(set) var starts: [Int] = [0]

    package var count: Int { starts.count - 1 }
    package var bytesPerEvent: Double { Double(bytes.count) / Double(max(count, 1)) }

    /// - Parameters:
    ///   - stocking: begin with one delivery for every pair: 90 units where stock hovers around the
    ///     threshold of 60 and alerts come and go, 900 where it stays far from it.
    ///   - restless: hover everywhere, and not only at every twentieth product.
    ///   - alertEvery: after the stocking every so manieth event, and no other, raises or resolves an alert.
    ///     It takes every even pair in turn, so that changes cancel out in no but very long transactions.
    ///   - skew: how events choose their pairs.
    ///   - texts: write all ids as texts: a UUID, a SKU, a site code.
    ///   - seed: the same seed makes the same events.
    package init(
        events: Int, pairs: Int, stocking: Bool, restless: Bool = false, alertEvery: Int? = nil,
        skew: Skew = .uniform, texts: Bool = false, firstID: Int = EventText.firstID, seed: UInt64 = 1
    ) {
        hasTexts = texts
        var random = SplitMix(state: seed)
        let chooser = Chooser(skew, pairs: pairs)
        bytes.reserveCapacity(events * (texts ? 180 : 132))
        starts.reserveCapacity(events + 1)
        for index in 0..<events {
            let move: Move =
                if stocking, index < pairs {
                    .stocking(
                        index,
                        hovers: alertEvery == nil
                            ? restless || index / Self.warehouses % 20 == 0 : index % 2 == 0)
                } else if let alertEvery, index % alertEvery == 0 {
                    .flip(index / alertEvery, pairs: pairs)
                } else {
                    .random(&random, chooser, onlyOdd: alertEvery != nil)
                }
            append(id: firstID + index, move, second: index)
        }
    }

    /// Events of a shop: random products and warehouses, as many units in as out. Most pairs alert at first, and half of
    /// them in the long run.
    package init(shopEvents events: Int, pairs: Int) {
        hasTexts = false
        var random = SplitMix(state: 1)
        bytes.reserveCapacity(events * 132)
        starts.reserveCapacity(events + 1)
        products.reserveCapacity(events)
        for index in 0..<events {
            let (choice, number) = (random.next(), random.next())
            let move = Move(
                pair: Int(choice % UInt64(pairs)), isShipped: number & 1 == 0, quantity: 1 + Int(number >> 8 % 20))
            products.append(move.pair / Self.warehouses)
            append(id: Self.firstID + index, move, second: index)
        }
    }

    /// What an event moves.
    private struct Move {
        var pair: Int
        var isShipped: Bool
        var quantity: Int

        static func stocking(_ pair: Int, hovers: Bool) -> Move {
            Move(pair: pair, isShipped: false, quantity: hovers ? 90 : 900)
        }

        /// Takes each even pair in turn below its threshold, and next time above it.
        static func flip(_ turn: Int, pairs: Int) -> Move {
            let count = max(1, pairs / 2)
            return Move(pair: turn % count * 2, isShipped: turn / count % 2 == 0, quantity: 80)
        }

        static func random(_ random: inout SplitMix, _ chooser: Chooser, onlyOdd: Bool) -> Move {
            let pair = chooser.next(&random)
            let isShipped = random.next() & 1 == 0
            return Move(
                pair: onlyOdd ? pair | 1 : pair, isShipped: isShipped, quantity: 10 + Int(random.next() % 5))
        }
    }

    private mutating func append(id: Int, _ move: Move, second: Int) {
        let product = Self.firstProduct + move.pair / Self.warehouses
        let warehouse = 10 + move.pair % Self.warehouses
        let type = move.isShipped ? "SHIPPED" : "RECEIVED"
        let ids =
            hasTexts
            ? ("\"\(Self.idStem)\(id)\"", "\"\(Self.product(product))\"", "\"\(Self.warehouse(warehouse))\"")
            : ("\(id)", "\(product)", "\(warehouse)")
        write("{\"event_id\":\(ids.0),\"event_type\":\"\(type)\",\"product_id\":\(ids.1),\"warehouse_id\":")
        write("\(ids.2),\"quantity\":\(move.quantity),\"event_time\":\"2026-03-30T")
        write("\(two(second / 3600 % 24)):\(two(second / 60 % 60)):\(two(second % 60))Z\"}")
        starts.append(bytes.count)
    }

    private static func product(_ number: Int) -> String { "SKU-00\(number)-XL" }
    private static func warehouse(_ number: Int) -> String { "EU-W\(number)" }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Gives every event an id that is `step` higher, so that a second pass repeats none.
    package mutating func raiseIDs(by step: Int) {
        for index in 0..<count {
            var carry = step
            var place = starts[index] + idStart + Self.idDigits - 1
            while carry > 0 {
                let sum = Int(bytes[place] - 0x30) + carry
                bytes[place] = UInt8(0x30 + sum % 10)
                carry = sum / 10
                place -= 1
            }
        }
    }

    private var idStart: Int { 12 + (hasTexts ? 1 + Self.idStem.utf8.count : 0) }

    package func withEvent<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[starts[index]..<starts[index + 1]]))
        }
    }

    /// A pair by its number, where ids are integers.
    package static func pair(_ number: Int) -> Pair {
        Pair(
            product: ProductID(Int32(firstProduct + number / warehouses)),
            warehouse: WarehouseID(Int32(10 + number % warehouses)))
    }

    /// Reference tables for the pairs: every product alerts below 60, those of a shop below 10 to 50.
    package static func catalog(pairs: Int, _ ids: IDs = .integers, ofShop: Bool = false) -> Catalog {
        func number(_ number: Int, _ text: (Int) -> String) -> Int32 {
            guard let names = ids.names else { return Int32(number) }
            return Array(text(number).utf8).withUnsafeBytes { names.intern($0) } ?? 0
        }
        let products = (0..<max(1, pairs / warehouses)).map {
            Product(
                id: ProductID(number(firstProduct + $0, product)), name: "Product number \($0)",
                category: "Electronics", reorderThreshold: ofShop ? Int32(10 + $0 % 41) : 60)
        }
        let places = (0..<warehouses).map {
            Warehouse(id: WarehouseID(number(10 + $0, warehouse)), name: "Warehouse \($0)", region: "US-EAST")
        }
        return Catalog(products: products, warehouses: places)
    }
}

/// A small seeded generator (Steele, Lea, Flood: SplitMix64).
package struct SplitMix {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
