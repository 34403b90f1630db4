import Inventory
import Wire

extension ReadModel {
    /// Rows that tell what changed after a version; nil when they cannot, or would be too many.
    func changes(after version: UInt64) -> [UInt8]? {
        guard version >= reloadVersion else { return nil }
        var json = JSONWriter(capacity: 1 << 14)
        json.open("{")
        json.name("version")
        json.number(Int64(self.version))
        json.freshness(freshness)
        json.offsets(freshness)
        json.name("rows")
        json.open("[")
        var count = 0
        for (pair, own) in gone.reversed() {
            if own <= version { break }
            if entries[pair.product]?.rows.contains(where: { $0.cell.pair == pair }) == true { continue }
            Self.write(pair, nil, &json)
            count += 1
        }
        for entry in entries.values {
            for row in entry.rows where row.version > version {
                count += 1
                if count > Self.changesAtOnce { return nil }
                Self.write(row.cell.pair, row.cell, &json)
            }
        }
        json.close("]")
        json.close("}")
        if count == 0 { return [] }
        var out = ByteWriter(capacity: json.out.count + 64)
        ServerSentEvent.write("stock", into: &out) { out in json.out.withUnsafeBytes { out.append($0) } }
        return out.bytes
    }

    private static let changesAtOnce = 20_000

    private static func write(_ pair: Pair, _ cell: ShownCell?, _ json: inout JSONWriter) {
        json.open("[")
        json.number(Int64(pair.product.rawValue))
        json.number(Int64(pair.warehouse.rawValue))
        json.number(cell?.stock)
        json.instant(cell?.lastUpdated)
        json.close("]")
    }
}
