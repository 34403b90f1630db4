import Testing

@testable import Inventory

@Suite struct RowMemoryTests {
    private static func version(_ place: UInt64, _ flags: RowVersion.Flags) -> RowVersion {
        RowVersion(logPosition: place, seconds: 0, flags)
    }

    @Test("the tombstone behind a delete that arrives again deletes nothing")
    func lateTombstone() {
        let rows = Rows()
        rows.upsert(1, units: 5, version: 20)
        #expect(rows.apply(.delete(EventID(1), Self.version(10, .delete))) == .stale)
        #expect(rows.apply(.delete(EventID(1), .tombstone)) == .stale)
        #expect(rows.entry(Pair(1, 1))?.stock == 5)
        rows.upsert(1, units: 6, version: 30)
        #expect(rows.apply(.delete(EventID(1), .tombstone)) == .deleted, "none was announced")
        #expect(rows.entry(Pair(1, 1)) == nil)
    }

    @Test("a truncation that is rolled back makes no older row stale")
    func truncation() {
        let rows = Rows()
        rows.upsert(1, units: 5, version: 10)
        rows.aggregate.commit()
        #expect(rows.apply(.truncate(Rows.version(20))) == .truncated(1))
        #expect(rows.apply(.truncate(Rows.version(30))) == .truncated(0))
        rows.aggregate.rollback()
        #expect(rows.entry(Pair(1, 1))?.stock == 5)
        #expect(rows.upsert(2, units: 7, version: 15) == .inserted)
        #expect(rows.entry(Pair(1, 1))?.stock == 12)
    }

    @Test("a resolved alert is remembered without the fingerprint of its row")
    func resolvedAlert() {
        let store = Store(outputs: .init(emit: .row))
        store.apply(60)
        store.commit()
        #expect(store.state.published.values.map { $0.fingerprint != 0 } == [true])
        store.apply(600)
        store.commit()
        #expect(store.state.published.values.map(\.fingerprint) == [0])
    }
}
