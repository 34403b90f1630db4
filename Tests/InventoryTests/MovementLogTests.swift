import TestSupport
import Testing

@testable import Inventory

@Suite struct MovementLogTests {
    @Test("an update that leaves its type out moves the way the row before did")
    func keptType() {
        let rows = Rows()
        func update(_ id: Int64, quantity: Int64, version: UInt64) -> RowOutcome {
            let event = OrderEvent(
                id: EventID(id), pair: Pair(1, 1), units: quantity, time: Timestamp(microseconds: 0))
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

    @Test(arguments: IDLayout.allCases)
    func `an event costs at most 40 bytes, however the ids lie and whatever the rows hold`(layout: IDLayout) {
        let rows = Rows()
        // How blocks come to lie in pages is chance, and worth a byte: now and then it is 40.6.
        rows.aggregate.movements = MovementLog(MovementMixer(seed: 1))
        var random = SeededRandom(seed: 1)
        let count = 100_000
        for number in 0..<count {
            let time = 1_774_873_800_000_000 + Int64(random.below(31_000_000_000_000))
            let version = RowVersion(
                logPosition: UInt64(random.below(1 << 44)), seconds: UInt32(time / 1_000_000), [])
            let event = OrderEvent(
                id: EventID(layout.id(number)), pair: Pair(Int32(number * 7919 % 2_000), 1),
                units: Int64(random.below(20_000)) - 10_000, time: Timestamp(microseconds: time))
            rows.apply(.upsert(event, version))
        }
        rows.aggregate.commit()
        let bytes = rows.aggregate.movements.byteCount
        #expect(bytes <= count * 40, "\(Double(bytes) / Double(count)) bytes an event")
    }

    @Test func `without changes of rows there is no log`() {
        let store = Store()
        for _ in 0..<1_000 { store.apply(1) }
        store.commit()
        #expect(store.aggregate.movements.byteCount == 0)
    }

    @Test func `what was counted is taken back, though product, warehouse, time and quantity changed`() {
        let rows = Rows()
        rows.upsert(1, units: 5, at: Pair(1, 1), time: 10, version: 1)
        rows.upsert(2, units: 7, at: Pair(1, 1), time: 5, version: 2)
        #expect(rows.upsert(1, units: -3, at: Pair(1, 2), time: 20, version: 3) == .updated)
        #expect(rows.entry(Pair(1, 1)) == Rows.StockEntry(stock: 7, events: 1, lastUpdated: 5))
        #expect(rows.entry(Pair(1, 2)) == Rows.StockEntry(stock: -3, events: 1, lastUpdated: 20))
        #expect(rows.delete(2, version: 4) == .deleted)
        #expect(rows.entry(Pair(1, 1)) == nil)
    }

    @Test func `versions that are older or the same change nothing, and a deleted row stays deleted`() {
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

    @Test func `a delete that overtook the insert keeps the row away`() {
        let rows = Rows()
        #expect(rows.delete(1, version: 11) == .deleted)
        #expect(rows.upsert(1, units: 5, version: 10) == .stale)
    }

    @Test func `a truncation takes the older rows alone, whenever they come`() {
        let rows = Rows(inputs: 2)
        rows.upsert(1, units: 5, version: 10)
        rows.upsert(2, units: 6, version: 30)
        #expect(rows.apply(.truncate(Rows.version(20))) == .truncated(1))
        #expect(rows.upsert(3, units: 7, version: 19) == .stale)
        #expect(rows.entry(Pair(1, 1)) == Rows.StockEntry(stock: 6, events: 1, lastUpdated: 0))
        #expect(rows.apply(.truncate(Rows.version(15))) == .stale)
        #expect(rows.apply(.truncate(.none)) == .unordered)
    }

    @Test func `a sum beyond 64 bits changes nothing`() {
        let rows = Rows()
        rows.upsert(1, units: 5, version: 1)
        rows.aggregate.table.entries[0].stock = .max
        #expect(rows.upsert(2, units: 1, version: 2) == .overflow)
        #expect(rows.upsert(1, units: 6, version: 3) == .overflow)
        #expect(rows.upsert(1, units: 4, version: 4) == .updated)
    }

    @Test(arguments: [3, 40, 3_000] as [Int])
    func `whatever happens, the entries are the sums over the rows that stand, also after a rollback`(
        ids: Int
    ) {
        for seed in UInt64(1)...(ids > 1_000 ? 3 : 40) { RowHistory(seed: seed, ids: ids).run() }
    }

    @Test func `events that cannot be told apart by their places are told apart`() {
        for seed in UInt64(1)...40 { RowHistory(seed: seed, ids: 40, sharePlaces: true).run() }
    }

    @Test func `a checkpoint brings everything back`() {
        for seed in UInt64(1)...12 {
            let history = RowHistory(seed: seed, ids: 300)
            history.run()
            let copy = history.rows.restored()
            #expect(copy.entries == history.rows.entries)
            history.rows = copy
            history.run()
        }
    }

    @Test func `checkpoints of what changed since the last one add up to everything`() {
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
