import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("What is known of a state topic's records")
struct StoredRecordsTests {
    private static let dedupe = DedupeSummary(seed: 1, number: 1, currentCount: 0, previousCount: 0)
    private static let checkpoint = CheckpointRecord(
        partition: Partition(1), base: Offset(0), offset: Offset(4), dedupe: dedupe, settings: "",
        release: "1")

    @Test("nothing is known of a state record that was deleted")
    func deleted() {
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(1))
        let image = StoredEntry(pair: pair, stock: 1, lastUpdated: Timestamp(microseconds: 1), events: 1)
        let records: [StateRecord] = [
            .entries(bucket: 0, [image]),
            .ids(Partition(1), IDBucket(set: 1, bucket: 3, chunks: [], ids: [7])),
            .checkpoint(Self.checkpoint), .position(Partition(1), Offset(9)),
            .alert(pair, PublishedAlert(level: .low, incident: 1)), .stockFingerprint(pair, 5),
            .rollupFingerprint(ProductID(1), 6), .referenceRejected(.products, Partition(0), Offset(3)),
        ]
        var stored = StoredState()
        for record in records { stored.take(record.key, record, 10) }
        #expect(stored.hasEntries && stored.ids(of: Partition(1)).count == 1 && stored.alerts.count == 1)
        #expect(stored.positions == [Partition(1): Offset(9)] && stored.checkpoints.count == 1)
        #expect(stored.stockFingerprints == [pair: 5] && stored.rollupFingerprints == [ProductID(1): 6])
        #expect(stored.referenceRejected[.products, Partition(0)] == Offset(3))
        for record in records { stored.take(record.key, nil, 11) }
        #expect(!stored.hasEntries && stored.ids(of: Partition(1)).isEmpty && stored.alerts.isEmpty)
        #expect(stored.positions.isEmpty && stored.checkpoints.isEmpty)
        #expect(stored.stockFingerprints.isEmpty && stored.rollupFingerprints.isEmpty)
        #expect(stored.referenceRejected[.products, Partition(0)] == Offset(0))
    }

    @Test("the newest write time of an input partition is known in whichever order its records are read")
    func newest() {
        for isReversed in [false, true] {
            let records: [(StateRecord, Int64)] = [
                (.checkpoint(Self.checkpoint), 10), (.position(Partition(1), Offset(9)), 20),
            ]
            var (stored, merged) = (StoredState(), StoredState())
            for (record, writtenMs) in isReversed ? records.reversed() : records {
                stored.take(record.key, record, writtenMs)
                var part = StoredState()
                part.take(record.key, record, writtenMs)
                merged.mergeOffsets(part)
            }
            #expect(stored.writtenMs == [Partition(1): 20])
            #expect(merged.writtenMs == [Partition(1): 20])
        }
    }

    @Test("two fingerprints of a row merge into a third, so that the row is published again")
    func contradiction() {
        let pair = Pair(product: ProductID(1), warehouse: WarehouseID(1))
        func merged(_ one: UInt64, _ other: UInt64) -> [UInt64?] {
            var survey = StateSurvey()
            for (partition, fingerprint) in [one, other].enumerated() {
                for record in [
                    StateRecord.stockFingerprint(pair, fingerprint),
                    .rollupFingerprint(pair.product, fingerprint),
                ] {
                    survey.take(record.key, record, nil, in: Partition(Int32(partition)))
                }
            }
            return [survey.stockFingerprints[pair], survey.rollupFingerprints[pair.product]]
        }
        #expect(merged(5, 5) == [5, 5])
        #expect(merged(5, 0) == [5, 5] && merged(0, 5) == [5, 5], "none was published of the other")
        #expect(!merged(5, 6).contains(5) && !merged(5, 6).contains(6))
    }
}
