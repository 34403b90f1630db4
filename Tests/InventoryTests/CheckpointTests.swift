import Testing

@testable import Inventory

@Suite struct CheckpointTests {
    @Test("a checkpoint holds only what changed since the last one")
    func incremental() {
        var topic = CompactedTopic()
        let store = Store(Catalog(), window: 100_000)
        for product in Int32(0)..<100 { store.apply(1, at: Pair(product, 1)) }
        store.commit()
        #expect(store.dirtyRecordCount == 5, "four buckets of pairs, one of ids")
        #expect(topic.checkpoint(store) == 5)
        #expect(store.dirtyRecordCount == 0)
        #expect(topic.checkpoint(store) == 0)
        store.apply(1, at: Pair(40, 1), id: 50_000)
        #expect(store.dirtyRecordCount == 2)
        store.aggregate.rollback()
        #expect(store.dirtyRecordCount == 2, "a record too many does no harm")
        #expect(topic.checkpoint(store) == 2)
        #expect(topic.buckets.values.map(\.count).sorted() == [4, 32, 32, 32])
        store.apply(1, at: Pair(40, 1), id: 1)
        #expect(store.dirtyRecordCount == 0, "a duplicate changes nothing")
    }

    @Test("replaying an event after a recovery does not publish its alert again")
    func replayAfterRestore() throws {
        let store = Store()
        store.apply(60, time: 9)
        var topic = CompactedTopic()
        topic.publish(store.consolidate())
        store.aggregate.commit()
        let restored = try #require(topic.restore(.oneProduct(threshold: 100), 1 << 20, .init()))
        #expect(restored.stock.isEmpty)
        restored.apply(60, time: 9)
        restored.aggregate.markEverythingPending()
        #expect(restored.commit().isEmpty, "the replay of an event whose alert was published")
        #expect(restored.state.published == store.state.published)
    }

    @Test("a published alert whose row is gone is resolved after a recovery")
    func publishedWithoutRow() throws {
        var topic = CompactedTopic()
        topic.alerts[Pair(1, 1)] = PublishedAlert(
            level: .low, incident: 7, since: Timestamp(microseconds: 3))
        let restored = try #require(topic.restore(Catalog(), 100, .init()))
        restored.aggregate.markEverythingPending()
        let change = restored.commit().first
        #expect(change?.kind == .resolved)
        #expect(change?.incident == 7)
        #expect(change?.since == Timestamp(microseconds: 3))
        #expect(change?.row == nil)
    }

    @Test("a changed reference row is published after a recovery")
    func referenceRowChanged() throws {
        var topic = CompactedTopic()
        let store = Store()
        store.apply(60)
        topic.publish(store.consolidate())
        store.aggregate.commit()
        _ = topic.checkpoint(store)
        let restored = try #require(topic.restore(.oneProduct(threshold: 1000), 1 << 20, .init()))
        restored.aggregate.markEverythingPending()
        let changes = restored.commit()
        #expect(changes.map(\.kind) == [.escalated])
        #expect(changes.first?.source == nil)
    }

    @Test(
        "an aggregate restored from incremental checkpoints behaves like the original",
        arguments: [0, 1, 10, 70, 9000])
    func restoredBehaviour(window: Int) throws {
        for seed in UInt64(100)...108 {
            let outputs = RollbackTests.outputs[Int(seed) % 3]
            var history = History(seed: seed, window: window)
            var catalog = history.catalog()
            var store = Store(catalog, window: window, inputs: 2, outputs: outputs)
            var topic = CompactedTopic()
            for round in 0..<8 {
                for _ in 0..<6 {
                    let transaction = history.transaction()
                    catalog = transaction.catalog ?? catalog
                    _ = store.run(transaction)
                    let changes = store.consolidate()
                    if history.random.chance(4) {
                        store.aggregate.rollback()
                    } else {
                        topic.publish(changes)
                        store.aggregate.commit()
                    }
                }
                topic.publish(store.consolidate())
                store.aggregate.commit()
                _ = topic.checkpoint(store)
                let restored = try #require(topic.restore(catalog, window, outputs), "seed \(seed)")
                restored.ids = store.ids
                #expect(restored.state == store.state, "seed \(seed), round \(round)")
                let probe = history.transaction()
                #expect(restored.run(probe) == store.run(probe), "seed \(seed), round \(round)")
                let changes = store.summary(store.consolidate())
                #expect(restored.summary(restored.consolidate()) == changes, "seed \(seed), round \(round)")
                store.aggregate.rollback()
                restored.aggregate.rollback()
                #expect(restored.state == store.state, "seed \(seed), round \(round)")
                if let probed = probe.catalog { catalog = probed }
                if history.random.chance(2) { store = restored }
            }
        }
    }
}
