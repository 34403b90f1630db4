import Inventory
import Wire

/// The ledgers of several shards as one.
///
/// A pair has two entries where its product was in two partitions though it should not, and where a shard keeps
/// the number of the last incident of a pair that another shard has.
struct GatheredLedger {
    private(set) var positions: [Partition: Offset] = [:]
    private(set) var referenceRefused = ReferenceOffsets()
    private(set) var alerts: [Pair: [LedgerEntry]] = [:]
    private(set) var stockFingerprints: [Pair: UInt64] = [:]
    private(set) var rollupFingerprints: [ProductID: UInt64] = [:]
    private(set) var doubts = Doubts()

    mutating func add(_ ledger: StoredLedger) {
        positions.merge(ledger.positions) { max($0, $1) }
        doubts.add(ledger.doubts)
        for (pair, entry) in ledger.alerts { alerts[pair, default: []].append(entry) }
        stockFingerprints.merge(ledger.stockFingerprints, uniquingKeysWith: Self.doubtful)
        rollupFingerprints.merge(ledger.rollupFingerprints, uniquingKeysWith: Self.doubtful)
        for (table, partition, offset) in ledger.referenceRefused.all {
            referenceRefused.raise(table, partition, to: offset)
        }
    }

    /// Which of two published rows was the last nobody knows: a digest of neither has the row published again.
    private static func doubtful(_ one: UInt64, _ other: UInt64) -> UInt64 {
        one == other || other == 0 ? one : one == 0 ? other : ~one
    }

    /// What counts as published of a pair whose alert should now have a severity.
    ///
    /// Of entries that contradict each other nobody can tell which was published last; the one that is not as it
    /// should be has the right one published again. A resolved entry with an earlier incident than one that
    /// stands contradicts nothing: it only keeps the number.
    static func choice(_ entries: [LedgerEntry], now: Severity?) -> LedgerEntry {
        let newest = entries.max { $0.incident < $1.incident } ?? LedgerEntry()
        let standing = entries.filter { $0.severity != nil }
        guard let oldest = standing.map(\.incident).min() else { return newest }
        let rivals = standing + entries.filter { $0.severity == nil && $0.incident >= oldest }
        var chosen = rivals.first { $0.severity != now } ?? rivals[0]
        chosen.incident = newest.incident
        if rivals.contains(where: { $0.fingerprint != chosen.fingerprint }) {
            chosen.fingerprint = ~chosen.fingerprint
        }
        return chosen
    }
}
