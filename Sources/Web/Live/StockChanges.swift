import Inventory

extension ReadModel {
    /// The rows that changed after a version; nil when they are not known, or too many.
    func changes(after version: UInt64) -> [UInt8]? {
        guard version >= reloadVersion else { return nil }
        var changed: [(pair: Pair, shown: ShownEntry?)] = []
        for (pair, own) in gone.reversed() {
            if own <= version { break }
            if entries[pair.product]?.rows.contains(where: { $0.shown.pair == pair }) == true { continue }
            changed.append((pair, nil))
        }
        for entry in entries.values {
            for row in entry.rows where row.version > version { changed.append((row.shown.pair, row.shown)) }
            if changed.count > Self.changesAtOnce { return nil }
        }
        if changed.isEmpty { return [] }
        return ServerSentEvent.event("stock") { json in
            json.field("version", self.version)
            json.freshness(freshness)
            json.offsets(freshness)
            json.array("rows", changed) { json, change in
                json.array {
                    $0.id(change.pair.product, ids)
                    $0.id(change.pair.warehouse, ids)
                    $0.number(change.shown?.stock)
                    $0.instant(change.shown?.lastUpdated)
                    $0.number(change.shown.flatMap { threshold(of: $0.pair) })
                }
            }
        }
    }

    private func threshold(of pair: Pair) -> Int32? {
        catalog.products[pair.product].flatMap { catalog.threshold(of: pair, $0) }
    }

    private static let changesAtOnce = 20_000
}
