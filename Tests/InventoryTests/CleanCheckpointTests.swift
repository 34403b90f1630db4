import Testing

@testable import Inventory

@Suite struct CleanCheckpointTests {
    @Test("after a checkpoint nothing is left to write, not even of the previous set of ids")
    func previousIDs() {
        let store = Store(Catalog(), window: 4)
        for id in 1...6 as ClosedRange<Int64> { store.apply(1, id: id * 10_000) }
        store.commit()
        #expect(store.aggregate.checkpointCounts.dedupe[0].previousCount == 4)
        store.checkpoint()
        #expect(store.aggregate.isDirty == false)
        #expect(store.dirtyRecordCount == 0)
    }

    @Test("after a checkpoint of captured rows nothing is left to write")
    func capturedRows() {
        let store = Store(Catalog())
        let event = OrderEvent(
            id: EventID(1), pair: Pair(1, 1), units: 5, time: Timestamp(microseconds: 0))
        let source = Source(partition: Partition(0), offset: Offset(0))
        #expect(store.aggregate.apply(.upsert(event, .none), source: source) == .inserted)
        store.commit()
        #expect(store.dirtyRecordCount == 2, "a bucket of pairs and a block of movements")
        store.checkpoint()
        #expect(store.aggregate.isDirty == false)
        #expect(store.dirtyRecordCount == 0)
    }

    @Test("consolidating several times in a transaction sends only what changed in between")
    func consolidatingTwice() {
        let store = Store()
        store.apply(60)
        #expect(store.consolidate().compactMap(\.alert).map(\.kind) == [.raised])
        #expect(store.consolidate().isEmpty)
        store.apply(600)
        #expect(store.consolidate().compactMap(\.alert).map(\.kind) == [.resolved])
        store.apply(-610)
        #expect(store.consolidate().compactMap(\.alert).map(\.incident) == [2])
        store.aggregate.commit()
        #expect(store.consolidate().isEmpty)
    }
}
