import Inventory
import Pipeline
import Wire

/// What messages of the alert topic say of the stock behind the events that they name as their source. It costs some
/// 60 bytes a message.
struct StockClaims {
    private struct Claim {
        let offset: Offset
        let pair: Pair
        let stock: Int64
        let updated: Timestamp?
        let message: (partition: Int32, offset: Int64)
    }

    private var claims: [Partition: [Claim]] = [:]
    /// By input partition, the next claim to compare.
    private var next: [Partition: Int] = [:]

    /// - Parameter place: of the message.
    mutating func add(
        _ pair: Pair, _ source: Source, _ columns: AuditedAlert.Columns, place: (partition: Int32, offset: Int64)
    ) {
        let updated = Array(columns.updated.utf8).withUnsafeBytes { RFC3339.parse($0) }
        claims[source.partition, default: []].append(
            Claim(offset: source.offset, pair: pair, stock: columns.stock, updated: updated, message: place))
    }

    /// The messages of an input partition's pairs are in several partitions of the alert topic.
    mutating func sort() {
        for partition in claims.keys { claims[partition]?.sort { $0.offset < $1.offset } }
    }

    /// Compares what messages say of an event that was just applied, and of those before it that are none.
    mutating func compare(
        at source: Source, _ replay: EventReplay, _ topic: String, _ ids: IDs, _ report: inout AuditReport
    ) {
        guard let all = claims[source.partition] else { return }
        var index = next[source.partition, default: 0]
        defer { next[source.partition] = index }
        while index < all.count, all[index].offset <= source.offset {
            let claim = all[index]
            index += 1
            // Messages of events before the first that is counted are of an earlier log.
            guard claim.offset == source.offset else { continue }
            let entry = replay.entry(of: claim.pair, in: source.partition)
            if entry?.stock == claim.stock, claim.updated == nil || entry?.lastUpdated == claim.updated { continue }
            report.add(
                .alerts, "\(topic)[\(claim.message.partition)] at offset \(claim.message.offset)",
                found: Self.text(claim.pair, claim.stock, claim.updated, ids),
                expected: entry.map { Self.text(claim.pair, $0.stock, $0.lastUpdated, ids) }
                    ?? "\(ids.string(claim.pair)) without events")
        }
    }

    private static func text(_ pair: Pair, _ stock: Int64, _ updated: Timestamp?, _ ids: IDs) -> String {
        "\(ids.string(pair)): stock \(stock), last_updated \(updated.map { RFC3339.string($0) } ?? "unknown")"
    }
}
