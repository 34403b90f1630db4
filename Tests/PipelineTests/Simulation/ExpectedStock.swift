import Inventory
import Pipeline

/// Stock as the specification describes it, recomputed with plain dictionaries.
struct ExpectedStock {
    struct Cell {
        var stock: Int64 = 0
        var second: Int64 = .min
    }

    struct Row: Equatable {
        var name: String
        var warehouse: String
        var stock: Int64
        var threshold: Int64?
        var second: Int64
        var severity: String?
    }

    private(set) var cells: [Pair: Cell] = [:]
    /// Pairs whose rows all went away.
    private(set) var emptied: Set<Pair> = []
    var rows = ExpectedRows()
    private(set) var duplicates = 0
    private(set) var belowWindow = 0
    private var seen: [Int32: Set<Int64>] = [:]
    private var highest: [Int32: Int64] = [:]
    private let window: Int64

    init(window: UInt64) { self.window = Int64(window) }

    /// True when the event counts.
    mutating func count(_ id: Int64, _ pair: Pair, _ units: Int64, _ second: Int64, from partition: Int32)
        -> Bool
    {
        if window > 0 {
            if let top = highest[partition], id < top, top - id > window {
                belowWindow += 1
            } else if seen[partition, default: []].contains(id) {
                duplicates += 1
                return false
            } else {
                seen[partition, default: []].insert(id)
                highest[partition] = max(highest[partition] ?? id, id)
            }
        }
        var cell = cells[pair] ?? Cell()
        cell.stock += units
        cell.second = max(cell.second, second)
        cells[pair] = cell
        return true
    }

    /// Every pair that ever had a row.
    var pairs: Set<Pair> { Set(cells.keys).union(emptied) }

    mutating func replace(_ pair: Pair, by cell: Cell?) {
        cells[pair] = cell
        if cell == nil { emptied.insert(pair) } else { emptied.remove(pair) }
    }

    /// The pair's row in `current_stock_levels` under some reference rows.
    func row(_ pair: Pair, _ catalog: Catalog) -> Row? {
        guard let cell = cells[pair], let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        let threshold = product.reorderThreshold.map { Int64($0) }
        return Row(
            name: product.name.string, warehouse: warehouse.name.string, stock: cell.stock,
            threshold: threshold,
            second: cell.second, severity: Self.severity(cell.stock, threshold))
    }

    static func severity(_ stock: Int64, _ threshold: Int64?) -> String? {
        guard let threshold, stock < threshold else { return nil }
        if stock == 0 { return "OUT_OF_STOCK" }
        if 4 * stock <= threshold { return "CRITICAL" }
        return 2 * stock <= threshold ? "LOW" : "WARNING"
    }

    static func rank(_ severity: String) -> Int {
        ["WARNING", "LOW", "CRITICAL", "OUT_OF_STOCK"].firstIndex(of: severity) ?? -1
    }

    /// RFC 3339 of a second of 2026-03-30.
    static func instant(_ second: Int64) -> String {
        let rest = second - SimProducer.firstSecond
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "2026-03-30T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}
