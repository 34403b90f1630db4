/// What readers see of one pair, as of a commit.
public struct ShownEntry: Equatable, Sendable {
    public var pair: Pair
    public var stock: Int64
    public var lastUpdated: Timestamp
    /// When the present alert was raised; meaningless without a level.
    public var since: Timestamp
    /// The present alert's incident number; meaningless without a level.
    public var incident: UInt32
    /// Nil when the pair does not alert.
    public var level: AlertLevel?
    /// Whether the pair has a row in `current_stock_levels`.
    public var isVisible: Bool
}

/// How many rows there are, and how many of them alert.
public struct ShownTally: Equatable, Sendable {
    public var rows = 0
    /// By raw value of the level.
    private var levels = SIMD8<Int>()

    public init() {}

    public subscript(level: AlertLevel) -> Int {
        get { levels[Int(level.rawValue)] }
        set { levels[Int(level.rawValue)] = newValue }
    }

    public var alerts: Int { levels.wrappedSum() }

    public static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.rows += b.rows
        sum.levels &+= b.levels
        return sum
    }
}

/// Neighbouring entries as of a commit. They never change: a later commit that touches them makes a new object, so a
/// reader that sees the same object knows that nothing changed.
public final class ShownChunk: Sendable {
    public let entries: [ShownEntry]
    public let tally: ShownTally

    init(entries: [ShownEntry]) {
        self.entries = entries
        var tally = ShownTally()
        for entry in entries where entry.isVisible {
            tally.rows += 1
            if let level = entry.level { tally[level] += 1 }
        }
        self.tally = tally
    }
}

extension ShownEntry {
    /// The pair's row in `current_stock_levels`, nil when it has none.
    public func row(_ catalog: Catalog) -> StockRow? {
        guard isVisible, let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        return StockRow(
            product: product, warehouse: warehouse, currentStock: stock,
            reorderThreshold: catalog.threshold(of: pair, product), lastUpdated: lastUpdated)
    }
}
