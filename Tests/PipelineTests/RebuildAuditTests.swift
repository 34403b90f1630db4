import Inventory
import Logging
import TestSupport
import Testing

@testable import Pipeline

@Suite("The audit of a rebuild")
struct RebuildAuditTests {
    private static func image(_ product: Int32, _ warehouse: Int32, _ stock: Int64) -> StoredEntry {
        StoredEntry(
            pair: Pair(product: ProductID(product), warehouse: WarehouseID(warehouse)), stock: stock,
            lastUpdated: Timestamp(microseconds: stock), events: 1)
    }

    private static func lines(_ stored: [StoredEntry], _ recomputed: [[StoredEntry]]) -> [String] {
        let shards = recomputed.map { entries in
            var aggregate = Aggregate(inputs: 1, dedupeWindow: 0, catalog: Catalog())
            aggregate.restore(bucket: 0, entries: entries)
            aggregate.finishRestoringEntries()
            return Shard(aggregate: aggregate, inputs: [])
        }
        let lines = LineLog()
        RebuildAudit(stored).report(
            shards, Telemetry(logger: Logger(label: "audit", factory: { _ in lines })))
        return lines.lines
    }

    @Test("the audit of a rebuild logs the first 1,000 pairs that differ, and how many there are")
    func limit() {
        let stored = (0..<Int32(1_280)).map { Self.image($0 / 32, $0 % 32, 1) }
        let lines = Self.lines(stored, [[]])
        #expect(lines.count == 1_001)
        #expect(lines.last?.contains(" differed=1280 logged=1000 pairs=1280 ") == true)
    }

    @Test("the audit of a rebuild compares the sum of a pair that was in two partitions, on either side")
    func sums() {
        let split = [Self.image(1, 1, 3), Self.image(2, 1, 5), Self.image(1, 1, 4)]
        let whole = StoredEntry(
            pair: split[0].pair, stock: 7, lastUpdated: Timestamp(microseconds: 4), events: 2)
        let same =
            "rebuild: the stored stock was compared with the log differed=0 logged=0 pairs=2 partitions="
        #expect(Self.lines(split, [[whole], [split[1]]]) == [same])
        #expect(Self.lines([whole, split[1]], [[split[0]], [split[1], split[2]]]) == [same])
    }

    @Test("the audit of a rebuild treats a pair without events as absent")
    func withoutEvents() {
        var empty = Self.image(1, 1, 0)
        empty.events = 0
        #expect(
            Self.lines([empty], [[]]) == [
                "rebuild: the stored stock was compared with the log differed=0 logged=0 pairs=0 partitions="
            ])
    }
}
