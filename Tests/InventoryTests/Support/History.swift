import TestSupport

@testable import Inventory

/// A transaction's events, and the reference tables adopted before them.
struct Transaction {
    struct Step {
        var event: OrderEvent
        var input: Int
        var source: Source
    }

    /// The reference tables adopted before it, nil for none.
    var catalog: Catalog?
    var steps: [Step] = []
}

/// Random transactions over few pairs and two partitions.
struct History {
    var random: SeededRandom
    let window: Int
    /// With many products, a checkpoint holds their pairs in more than one record.
    private let products: Int
    private var highest: [Int64] = [-5000, 4090]
    private var offset: Int64 = 0

    init(seed: UInt64, window: Int, products: Int = 4) {
        self.products = products
        random = SeededRandom(seed: seed)
        self.window = window
    }

    mutating func transaction() -> Transaction {
        var transaction = Transaction()
        if random.chance(4) { transaction.catalog = catalog() }
        for _ in 0..<random.below(12) { transaction.steps.append(step()) }
        return transaction
    }

    mutating func catalog() -> Catalog {
        let products = (1...Int32(4)).filter { _ in !random.chance(5) }.map { id in
            Product.numbered(
                id, name: random.pick(["a", "b"]), threshold: random.pick([nil, 10, 40, 100, -3]))
        }
        let warehouses = (1...Int32(3)).filter { _ in !random.chance(6) }.map {
            Warehouse.numbered($0, name: random.pick(["x", "y"]))
        }
        let thresholds = (1...Int32(4)).flatMap { product in (1...Int32(3)).map { Pair(product, $0) } }
            .filter { _ in random.chance(4) }
            .map { PairThreshold(id: $0, reorderThreshold: random.pick([nil, 5, 40, 80, -10])) }
        return Catalog(products: products, warehouses: warehouses, thresholds: thresholds)
    }

    private mutating func step() -> Transaction.Step {
        let input = random.below(2)
        let id = IDs.next(highest[input], max(1, Int64(window)), &random)
        highest[input] = max(highest[input], id)
        offset += 1
        let event = OrderEvent(
            id: EventID(id), pair: Pair(Int32(1 + random.below(products)), Int32(1 + random.below(3))),
            units: random.chance(30) ? .max - 5 : Int64(random.below(60) - 25),
            time: Timestamp(microseconds: Int64(random.below(1000))))
        let source = Source(partition: Partition(Int32(input)), offset: Offset(offset))
        return Transaction.Step(event: event, input: input, source: source)
    }
}

extension Store {
    func run(_ transaction: Transaction) -> [Aggregate.Outcome] {
        if let catalog = transaction.catalog { aggregate.adopt(catalog) }
        for step in transaction.steps { ids[step.input].insert(step.event.id.rawValue) }
        return transaction.steps.map { aggregate.apply($0.event, input: $0.input, source: $0.source) }
    }
}
