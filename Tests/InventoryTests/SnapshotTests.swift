import TestSupport
import Testing

@testable import Inventory

/// A checkpoint that is written a few records at a time while the state goes on is the state at its instant.
@Suite struct SnapshotTests {
    @Test(arguments: [0, 1, 70, 4096, 9000] as [UInt64])
    func `what is written over many transactions is the state at the first`(window: UInt64) {
        for seed in UInt64(200)...215 {
            let outputs = RollbackTests.outputs[Int(seed) % 3]
            var history = History(seed: seed, window: window, products: 60)
            var catalog = history.catalog()
            let store = Store(catalog, window: window, lanes: 2, outputs: outputs)
            var topic = CompactedTopic()
            func play() {
                let transaction = history.transaction()
                catalog = transaction.catalog ?? catalog
                _ = store.run(transaction)
                topic.publish(store.consolidate())
            }
            func write(_ count: Int) {
                var left = count
                store.aggregate.writeSnapshot { record in
                    topic.put(record)
                    left -= 1
                    return left > 0
                }
            }
            for round in UInt64(1)...6 {
                for _ in 0..<4 {
                    play()
                    store.aggregate.commit()
                }
                play()
                store.aggregate.takeSnapshot()
                topic.highest = store.aggregate.snapshotFacts?.highestIDs ?? []
                let (expected, published, instant) = (store.state, topic, catalog)
                write(1)
                store.aggregate.commit()
                while !store.aggregate.isSnapshotWritten {
                    let before = topic
                    play()
                    write(1 + history.random.below(2))
                    if history.random.chance(4) {
                        store.aggregate.rollback()
                        topic = before
                    } else {
                        store.aggregate.commit()
                    }
                }
                store.aggregate.finishSnapshot(generation: round)
                #expect(store.snapshotCopyCount == 0)
                var stored = published
                stored.buckets = topic.buckets
                stored.chunks = topic.chunks
                let restored = stored.restore(instant, window, outputs)
                #expect(restored.state == expected, "seed \(seed), round \(round)")
            }
        }
    }

    @Test func `only what a later transaction changes is copied, and only until it is written`() {
        let store = Store()
        for product in Int32(0)..<100 { store.apply(1, at: Pair(product, 1)) }
        store.commit()
        store.aggregate.takeSnapshot()
        store.aggregate.commit()
        store.apply(1, at: Pair(70, 1))
        #expect(store.snapshotCopyCount == 0, "nothing is copied by an event")
        store.commit()
        #expect(store.snapshotCopyCount == 2, "a bucket and a chunk of ids")
        store.apply(1, at: Pair(70, 1))
        store.commit()
        #expect(store.snapshotCopyCount == 2)
        var stock: Int64 = 0
        store.aggregate.writeSnapshot { record in
            if case .cells(_, let cells, _) = record { stock += cells.reduce(0) { $0 + $1.stock } }
            return true
        }
        #expect(stock == 100)
        #expect(store.isSnapshotWritten)
        store.aggregate.rollback()
        #expect(!store.isSnapshotWritten)
        store.aggregate.writeSnapshot { _ in true }
        store.commit()
        #expect(store.snapshotCopyCount == 0)
        store.aggregate.finishSnapshot(generation: 1)
        #expect(store.dirtyRecordCount == 2, "what changed since is part of the next")
    }

    @Test func `one that is given up leaves everything to the next`() {
        let store = Store()
        for product in Int32(0)..<100 { store.apply(1, at: Pair(product, 1)) }
        store.aggregate.takeSnapshot()
        store.aggregate.rollback()
        #expect(!store.hasSnapshot, "its transaction failed")
        #expect(store.dirtyRecordCount == 5)
        for product in Int32(0)..<100 { store.apply(1, at: Pair(product, 1)) }
        store.aggregate.takeSnapshot()
        store.aggregate.writeSnapshot { _ in false }
        store.commit()
        store.aggregate.abandonSnapshot()
        #expect(store.dirtyRecordCount == 5)
    }

    @Test func `the sum over records tells one generation and slot from another`() {
        let store = Store()
        store.apply(1)
        store.commit()
        #expect(store.digest == 0)
        var sums: Set<UInt64> = [0]
        for generation in UInt64(1)...3 {
            store.apply(1)
            store.commit()
            store.aggregate.takeSnapshot()
            let promised = store.aggregate.digest(afterSnapshotOf: generation)
            store.aggregate.writeSnapshot { record in
                if case .cells(_, _, let slot) = record {
                    #expect(slot == (generation == 2 ? 1 : 0), "the two are used in turn")
                }
                return true
            }
            store.aggregate.commit()
            store.aggregate.finishSnapshot(generation: generation)
            #expect(store.digest == promised)
            sums.insert(promised)
        }
        #expect(sums.count == 4)
        let copy = Store()
        copy.apply(1)
        copy.aggregate.setMark(RecordMark(generation: 3, slot: 0), bucket: 0)
        copy.aggregate.setMark(RecordMark(generation: 3, slot: 1), seen: SeenPlace(lane: 0, place: 0))
        #expect(copy.digest == store.digest, "wherever a record is")
    }

    @Test func `a movement log is what it was at the instant`() {
        for seed in UInt64(0)..<12 {
            var random = SeededRandom(seed: seed)
            let rows = Rows()
            var version: UInt64 = 1
            func change() {
                for _ in 0..<10 {
                    version += 1
                    let id = Int64(random.below(400))
                    if random.chance(3) {
                        rows.delete(id, version: version)
                    } else {
                        rows.upsert(id, units: Int64(random.below(9)), time: id, version: version)
                    }
                }
            }
            change()
            rows.aggregate.takeSnapshot()
            var copy: [Int64: MovementImages] = [:]
            for number in Int64(0)..<7 {
                let images = rows.aggregate.restoredMovements(number: number)
                if !images.images.isEmpty { copy[number] = images }
            }
            rows.aggregate.commit()
            var found: [Int64: MovementImages] = [:]
            while !rows.aggregate.isSnapshotWritten {
                change()
                var written: [MovementImages] = []
                rows.aggregate.writeSnapshot { record in
                    if case .movements(let images, _) = record { written.append(images) }
                    return written.isEmpty
                }
                if random.chance(3) {
                    rows.aggregate.rollback()
                } else {
                    for images in written { found[images.number] = images }
                    rows.aggregate.commit()
                }
            }
            #expect(found == copy, "seed \(seed)")
        }
    }
}
