import Inventory

/// Captured rows in plain dictionaries: the newest version of each counts.
struct ExpectedRows {
    struct Row: Equatable {
        var pair: Pair
        var units: Int64
        var second: Int64
    }

    private var rows: [Int64: Row] = [:]
    private var versions: [Int64: Int64] = [:]
    private var truncated: Int64 = .min
    private(set) var stale = 0
    private(set) var updated = 0
    private(set) var deleted = 0

    /// Applies a change. Returns the pairs whose rows changed.
    mutating func follow(_ change: SimRowChange) -> Set<Pair> {
        switch change {
        case .upsert(let id, let pair, let units, let second, let version):
            return put(Row(pair: pair, units: units, second: second), id, version)
        case .delete(let id, let version): return put(nil, id, version)
        case .truncate(let version):
            guard version >= truncated else { return [] }
            truncated = version
            var changed: Set<Pair> = []
            for id in Array(rows.keys) { changed.formUnion(put(nil, id, version)) }
            return changed
        }
    }

    private mutating func put(_ row: Row?, _ id: Int64, _ version: Int64) -> Set<Pair> {
        guard version >= truncated, version >= versions[id] ?? .min else {
            stale += 1
            return []
        }
        versions[id] = version
        let before = rows[id]
        guard before != row else { return [] }
        if before != nil { if row == nil { deleted += 1 } else { updated += 1 } }
        rows[id] = row
        return Set([before?.pair, row?.pair].compactMap { $0 })
    }

    /// A pair's stock entry; nil without a row.
    func entry(of pair: Pair) -> ExpectedStock.Entry? {
        let standing = rows.values.filter { $0.pair == pair }
        guard let newest = standing.map(\.second).max() else { return nil }
        return ExpectedStock.Entry(stock: standing.reduce(0) { $0 + $1.units }, second: newest)
    }
}

extension ExpectedStock {
    /// Applies a change of a row. Returns the pairs that it changed.
    mutating func follow(_ change: SimRowChange) -> Set<Pair> {
        let changed = rows.follow(change)
        for pair in changed { replace(pair, by: rows.entry(of: pair)) }
        return changed
    }
}
