import Inventory
import Pipeline

/// Stock as the specification describes it, recomputed with plain dictionaries.
struct ExpectedStock {
    struct Entry {
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

        var level: String? { ExpectedStock.level(severity, oversold: String(max(0, -stock))) }
    }

    private(set) var entries: [Pair: Entry] = [:]
    /// Pairs whose rows were all deleted.
    private(set) var emptied: Set<Pair> = []
    var rows = ExpectedRows()
    private(set) var duplicates = 0
    /// Events that counted again because their ids were remembered no longer.
    private(set) var forgotten = 0
    private var ever: [Int32: Set<Int64>] = [:]
    /// By partition, the remembered ids: the newest set, and the full set before it.
    private var current: [Int32: Set<Int64>] = [:]
    private var previous: [Int32: Set<Int64>] = [:]
    private let window: Int

    init(window: Int) { self.window = window }

    /// True when the event counts.
    mutating func count(_ id: Int64, _ pair: Pair, _ units: Int64, _ second: Int64, from partition: Int32)
        -> Bool
    {
        if window > 0 {
            guard current[partition]?.contains(id) != true, previous[partition]?.contains(id) != true else {
                duplicates += 1
                return false
            }
            if !ever[partition, default: []].insert(id).inserted { forgotten += 1 }
            current[partition, default: []].insert(id)
            if current[partition]?.count == window {
                previous[partition] = current[partition]
                current[partition] = []
            }
        }
        var entry = entries[pair] ?? Entry()
        entry.stock += units
        entry.second = max(entry.second, second)
        entries[pair] = entry
        return true
    }

    /// Every pair that ever had a row.
    var pairs: Set<Pair> { Set(entries.keys).union(emptied) }

    mutating func replace(_ pair: Pair, by entry: Entry?) {
        entries[pair] = entry
        if entry == nil { emptied.insert(pair) } else { emptied.remove(pair) }
    }

    /// The pair's row in `current_stock_levels` under some reference rows.
    func row(_ pair: Pair, _ catalog: Catalog) -> Row? {
        guard let entry = entries[pair], let product = catalog.products[pair.product],
            let warehouse = catalog.warehouses[pair.warehouse]
        else { return nil }
        let own = catalog.thresholds.values.first { $0.id == pair }
        let threshold = (own.map(\.reorderThreshold) ?? product.reorderThreshold).map { Int64($0) }
        return Row(
            name: product.name.string, warehouse: warehouse.name.string, stock: entry.stock,
            threshold: threshold,
            second: entry.second, severity: Self.severity(entry.stock, threshold))
    }

    static func severity(_ stock: Int64, _ threshold: Int64?) -> String? {
        guard let threshold, stock < threshold else { return nil }
        if stock == 0 { return "OUT_OF_STOCK" }
        if 4 * stock <= threshold { return "CRITICAL" }
        return 2 * stock <= threshold ? "LOW" : "WARNING"
    }

    /// An alert's level, from the columns of a message.
    static func level(_ severity: String?, oversold: String?) -> String? {
        severity.map { oversold == "0" ? $0 : "OVERSOLD" }
    }

    static func rank(_ level: String) -> Int {
        ["WARNING", "LOW", "CRITICAL", "OUT_OF_STOCK", "OVERSOLD"].firstIndex(of: level) ?? -1
    }

    /// RFC 3339 of a second of 2026-03-30.
    static func instant(_ second: Int64) -> String {
        let rest = second - SimProducer.firstSecond
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "2026-03-30T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}
