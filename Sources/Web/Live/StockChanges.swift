import Inventory

extension ReadModel {
    /// The rows that changed after a version; nil when they are not known, or too many.
    func changes(after version: UInt64) -> [UInt8]? {
        guard version >= reloadVersion else { return nil }
        let pairs = Set(changed.reversed().prefix { $0.version > version }.map(\.pair))
        if pairs.isEmpty { return [] }
        return ServerSentEvent.event("stock") { json in
            json.field("version", self.version)
            json.freshness(freshness)
            json.offsets(freshness)
            json.array("rows", pairs) { json, pair in
                let row = self[pair.product]?.rows.first { $0.pair == pair }
                json.array {
                    $0.id(pair.product, ids)
                    $0.id(pair.warehouse, ids)
                    $0.number(row?.stock)
                    $0.instant(row?.lastUpdated)
                    $0.number(row.flatMap { threshold(of: $0.pair) })
                }
            }
        }
    }

    private func threshold(of pair: Pair) -> Int32? {
        catalog.product(pair.product).flatMap { catalog.threshold(of: pair, $0) }
    }
}
