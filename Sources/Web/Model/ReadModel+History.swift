import Inventory
import Pipeline

/// The stock of a product in one warehouse over time.
struct StockPast {
    /// From its second on, the stock of the pair; nil while it had no row.
    struct Step: Equatable {
        var seconds: UInt32
        var stock: Int64?
    }

    var warehouse: WarehouseID
    /// Oldest first. The first one is the stock at the beginning, each other one a change.
    var steps: [Step] = []
}

extension ReadModel {
    /// The past of a product's rows, and from when on it is complete; nil while nothing is known.
    /// - Parameter earliest: nothing before this second is wanted.
    func past(of product: ProductID, since earliest: UInt32) -> (begins: UInt32?, warehouses: [StockPast]) {
        var begins: UInt32?
        var changes: [Pair: [StockHistory.Change]] = [:]
        for (chunks, history) in histories {
            var pairs: [UInt32: Pair] = [:]
            for (number, chunk) in chunks.enumerated() {
                for (index, shown) in chunk.entries.enumerated() where shown.pair.product == product {
                    pairs[UInt32(number * Aggregate.entriesPerChunk + index)] = shown.pair
                }
            }
            if pairs.isEmpty { continue }
            let found = history.changes { pairs[$0] != nil }
            guard let first = found.begins else { continue }
            begins = max(first, earliest, begins ?? 0)
            for change in found.changes {
                if let pair = pairs[change.entry] { changes[pair, default: []].append(change) }
            }
        }
        guard let begins else { return (nil, []) }
        let rows = self[product]?.rows ?? []
        return (begins, rows.map { StockPast($0, changes[$0.pair] ?? [], since: begins) })
    }
}

extension StockPast {
    /// Goes back from the present stock, since a change has the stock before it.
    init(_ shown: ShownEntry, _ changes: [StockHistory.Change], since begins: UInt32) {
        warehouse = shown.pair.warehouse
        var stock: Int64? = shown.stock
        for change in changes.reversed() {
            if change.seconds < begins { break }
            if change.before != stock { steps.append(Step(seconds: change.seconds, stock: stock)) }
            stock = change.before
        }
        steps.append(Step(seconds: begins, stock: stock))
        steps = Self.thinned(steps.reversed())
    }

    private static let spanSeconds: UInt32 = 120
    private static let mostInFull = 1_440

    /// Leaves of many steps, in each two minutes, the first, the lowest, the highest and the last: a graph that is
    /// less than 720 points wide looks the same.
    static func thinned(_ steps: [Step]) -> [Step] {
        guard steps.count > mostInFull else { return steps }
        var kept: [Step] = []
        var first = 0
        while first < steps.count {
            let number = steps[first].seconds / spanSeconds
            let end = steps[first...].firstIndex { $0.seconds / spanSeconds != number } ?? steps.count
            let span = first..<end
            let isLower = { (a: Int, b: Int) in steps[a].stock ?? .min < steps[b].stock ?? .min }
            let lowest = span.min(by: isLower) ?? first
            let highest = span.max(by: isLower) ?? first
            kept += Set([first, lowest, highest, end - 1]).sorted().map { steps[$0] }
            first = end
        }
        return kept
    }
}
