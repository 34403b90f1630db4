import TestSupport
import Testing

@testable import Inventory

@Suite struct MovementLogTests {
    @Test("an update that leaves its type out moves the way the row before did")
    func keptType() {
        let rows = Rows()
        func update(_ id: EventID, quantity: Int64, version: UInt64) -> RowOutcome {
            let event = OrderEvent(
                id: id, pair: Pair(1, 1), units: quantity, time: Timestamp(microseconds: 0))
            return rows.apply(.upsertKeepingType(event, Rows.version(version)))
        }
        rows.upsert(1, units: 10, version: 1)
        rows.upsert(2, units: -4, version: 2)
        rows.upsert(3, units: 0, version: 3)
        #expect(update(1, quantity: 6, version: 4) == .updated)
        #expect(update(2, quantity: 5, version: 5) == .updated)
        #expect(rows.entry(Pair(1, 1))?.stock == 1)
        #expect(update(3, quantity: 0, version: 6) == .duplicate)
        #expect(update(3, quantity: 2, version: 7) == .typeUnknown)
        #expect(update(4, quantity: 2, version: 8) == .typeUnknown)
        rows.delete(1, version: 9)
        #expect(update(1, quantity: 6, version: 10) == .typeUnknown)
        #expect(update(2, quantity: 9, version: 1) == .stale)
        #expect(rows.entry(Pair(1, 1))?.stock == -5)
    }

    @Test(
        "an event costs at most 40 bytes in the movement log, whatever its id, and 12 more if that is a text",
        arguments: IDLayout.allCases)
    func bytesPerEvent(layout: IDLayout) {
        let rows = Rows()
        // The seed decides how blocks lie in pages: some seeds would give 40.6 bytes an event.
        rows.aggregate.movements = MovementLog(MovementMixer(seed: 1))
        var random = SeededRandom(seed: 1)
        let count = 100_000
        for number in 0..<count {
            let time = 1_774_873_800_000_000 + Int64(random.below(31_000_000_000_000))
            let version = RowVersion(
                logPosition: UInt64(random.below(1 << 44)), seconds: UInt32(time / 1_000_000), [])
            let event = OrderEvent(
                id: layout.id(number), pair: Pair(Int32(number * 7919 % 2_000), 1),
                units: Int64(random.below(20_000)) - 10_000, time: Timestamp(microseconds: time))
            rows.apply(.upsert(event, version))
        }
        rows.aggregate.commit()
        let bytes = rows.aggregate.movements.byteCount
        #expect(bytes <= count * (layout == .texts ? 52 : 40), "\(Double(bytes) / Double(count)) bytes an event")
    }

    @Test("the movement log stays empty without captured rows")
    func noRows() {
        let store = Store()
        for _ in 0..<1_000 { store.apply(1) }
        store.commit()
        #expect(store.aggregate.movements.byteCount == 0)
    }

    @Test("an update or a delete undoes what its row counted before, whatever columns changed")
    func undoing() {
        let rows = Rows()
        rows.upsert(1, units: 5, at: Pair(1, 1), time: 10, version: 1)
        rows.upsert(2, units: 7, at: Pair(1, 1), time: 5, version: 2)
        #expect(rows.upsert(1, units: -3, at: Pair(1, 2), time: 20, version: 3) == .updated)
        #expect(rows.entry(Pair(1, 1)) == Rows.StockEntry(stock: 7, events: 1, lastUpdated: 5))
        #expect(rows.entry(Pair(1, 2)) == Rows.StockEntry(stock: -3, events: 1, lastUpdated: 20))
        #expect(rows.delete(2, version: 4) == .deleted)
        #expect(rows.entry(Pair(1, 1)) == nil)
    }

    @Test("older and equal versions change nothing, and a deleted row stays deleted")
    func olderVersions() {
        let rows = Rows()
        rows.upsert(1, units: 5, version: 10)
        #expect(rows.upsert(1, units: 9, version: 9) == .stale)
        #expect(rows.upsert(1, units: 5, version: 10) == .duplicate)
        #expect(rows.delete(1, version: 8) == .stale)
        #expect(rows.delete(1, version: 11) == .deleted)
        #expect(rows.delete(1, version: 11) == .duplicate)
        #expect(rows.upsert(1, units: 5, version: 10) == .stale)
        #expect(rows.entry(Pair(1, 1)) == nil)
        #expect(rows.upsert(1, units: 4, version: 12) == .inserted)
        #expect(rows.entry(Pair(1, 1))?.stock == 4)
    }

    @Test("a delete that arrives before its insert keeps the row away")
    func earlyDelete() {
        let rows = Rows()
        #expect(rows.delete(1, version: 11) == .deleted)
        #expect(rows.upsert(1, units: 5, version: 10) == .stale)
    }

    @Test("a truncation removes only older rows, even those that arrive after it")
    func truncation() {
        let rows = Rows(inputs: 2)
        rows.upsert(1, units: 5, version: 10)
        rows.upsert(2, units: 6, version: 30)
        #expect(rows.apply(.truncate(Rows.version(20))) == .truncated(1))
        #expect(rows.upsert(3, units: 7, version: 19) == .stale)
        #expect(rows.entry(Pair(1, 1)) == Rows.StockEntry(stock: 6, events: 1, lastUpdated: 0))
        #expect(rows.apply(.truncate(Rows.version(15))) == .stale)
        #expect(rows.apply(.truncate(.none)) == .unordered)
    }

    @Test("a sum beyond 64 bits changes nothing")
    func overflow() {
        let rows = Rows()
        rows.upsert(1, units: 5, version: 1)
        rows.aggregate.table.entries[0].stock = .max
        #expect(rows.upsert(2, units: 1, version: 2) == .overflow)
        #expect(rows.upsert(1, units: 6, version: 3) == .overflow)
        #expect(rows.upsert(1, units: 4, version: 4) == .updated)
    }

    @Test(
        "stock entries are the sums of the current rows after any history, rollbacks included",
        arguments: [3, 40, 3_000] as [Int])
    func randomHistory(
        ids: Int
    ) {
        for seed in UInt64(1)...(ids > 1_000 ? 3 : 40) { RowHistory(seed: seed, ids: ids).run() }
    }

    @Test("ids whose keys share a tag keep separate movements")
    func sharedTags() {
        for seed in UInt64(1)...40 { RowHistory(seed: seed, ids: 40, sharePlaces: true).run() }
    }

    @Test("a full checkpoint restores every stock entry")
    func fullCheckpoint() {
        for seed in UInt64(1)...12 {
            let history = RowHistory(seed: seed, ids: 300)
            history.run()
            let copy = history.rows.restored()
            #expect(copy.entries == history.rows.entries)
            history.rows = copy
            history.run()
        }
    }

    @Test("incremental checkpoints together restore every stock entry")
    func incrementalCheckpoints() {
        for seed in UInt64(1)...12 {
            let history = RowHistory(seed: seed, ids: 300)
            let stored = StoredRows()
            for _ in 0..<4 {
                history.run(transactions: 5)
                stored.checkpoint(history.rows)
            }
            #expect(stored.restored().entries == history.rows.entries)
        }
    }
}
