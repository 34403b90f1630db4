import Foundation
import Inventory
import Testing

@testable import Pipeline
@testable import Web

@Suite("The read model")
struct ReadModelTests {
    @Test("an updated read model equals one built from scratch, and tells which rows changed")
    func incremental() throws {
        var random = SystemRandomNumberGenerator()
        let stage = Stage(.shop(products: 400, warehouses: 3))
        var model = ReadModel()
        for round in 0..<60 {
            // Reference data changes between transactions.
            if round % 10 == 9 {
                stage.adopt(.shop(products: .random(in: 300...420, using: &random), warehouses: 3))
            }
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                stage.apply(
                    .random(in: -9...20, using: &random), .random(in: 1...420, using: &random),
                    .random(in: 1...4, using: &random))
            }
            stage.commit()
            let before = model
            model.update(stage.store.snapshot(), nowMicroseconds: 1, wallMicroseconds: 1)
            let anew = stage.model
            let (own, other) = (Array(model.products), Array(anew.products))
            #expect(own.map(\.product) == other.map(\.product) && own.map(\.rows) == other.map(\.rows))
            #expect(own.map(\.product.id) == own.map(\.product.id).sorted())
            for entry in own { #expect(model[entry.product.id]?.rows == entry.rows) }
            guard model.reloadVersion <= before.version, let bytes = model.changes(after: before.version)
            else {
                continue
            }
            #expect(Self.pairs(bytes) == Self.difference(before, model))
        }
    }

    private static func pairs(_ event: [UInt8]) -> Set<[Int]> {
        guard
            let line = String(decoding: event, as: UTF8.self).split(separator: "\n").first(where: {
                $0.hasPrefix("data: ")
            }),
            let data = try? JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8))
                as? [String: Any],
            let rows = data["rows"] as? [[Any]]
        else { return [] }
        return Set(rows.map { [$0[0] as? Int ?? 0, $0[1] as? Int ?? 0] })
    }

    private static func difference(_ before: ReadModel, _ after: ReadModel) -> Set<[Int]> {
        func entries(_ model: ReadModel) -> [Pair: ShownEntry] {
            Dictionary(
                uniqueKeysWithValues: model.products.flatMap(\.rows).map { ($0.pair, $0) })
        }
        let (old, new) = (entries(before), entries(after))
        let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        return Set(changed.map { [Int($0.product.rawValue), Int($0.warehouse.rawValue)] })
    }

    @Test("a shard that was recovered may have its pairs at other places, or fewer of them")
    func recovered() {
        let store = ViewStore(workers: 1)
        func stage(_ products: [Int32]) -> Stage {
            let stage = Stage(.shop(products: 9, warehouses: 3), store: store)
            for product in products { stage.apply(Int64(product), product, 1) }
            stage.commit()
            return stage
        }
        var model = stage([1, 2, 3, 4, 5]).model
        for products: [Int32] in [[1, 5, 3, 2, 4, 6], [1, 4, 2], [1, 2, 3, 4, 5, 6, 7]] {
            let anew = stage(products).model
            model.update(store.snapshot(), nowMicroseconds: 1, wallMicroseconds: 1)
            #expect(model.products.map(\.product.id.rawValue) == products.sorted())
            #expect(model.products.map(\.rows) == anew.products.map(\.rows))
        }
    }

    @Test("a pair that two shards have is one row")
    func moved() {
        let store = ViewStore(workers: 2)
        let one = Stage(store: store, worker: 0)
        let two = Stage(store: store, worker: 1)
        one.fill(5, 3)
        two.apply(7, 2, 1)
        two.apply(7, 9, 1)
        two.commit()
        #expect(one.model.products.map { $0.rows.count } == [3, 3, 3, 3, 3])
    }

    @Test("the alert table is the snapshot and the changes committed since, from every worker")
    func alertTable() throws {
        let store = ViewStore(workers: 2)
        let one = Stage(.shop(products: 9, warehouses: 2), store: store, worker: 0)
        let two = Stage(.shop(products: 9, warehouses: 2), store: store, worker: 1)
        one.fill(3, 2)
        for product in 4...9 { two.apply(5, Int32(product), 1) }
        two.commit()
        one.apply(1_000, 1, 1)
        one.commit(publishing: false)
        two.apply(-5, 4, 1)
        two.commit(publishing: false)
        let snapshot = store.snapshot()
        var model = ReadModel()
        model.update(snapshot, nowMicroseconds: 1, wallMicroseconds: 1)
        let table = try #require(AlertTable(model, snapshot))
        one.publish()
        two.publish()
        model.update(store.snapshot(), nowMicroseconds: 2, wallMicroseconds: 2)
        #expect(table.through == store.snapshot().newest)
        #expect(Set(table.rows.map(Self.text)) == Set(model.alerts.map(Self.text)))
        #expect(table.rows.contains { $0.row.severity == .outOfStock && $0.row.product.id == ProductID(4) })
    }

    private static func text(_ row: AlertRow) -> String { "\(row.row) \(row.since) \(row.incident)" }

    @Test("after lost changes there is no list of changes and, until the next snapshot, no alert table")
    func lostChanges() {
        let stage = Stage(.shop(products: 5, warehouses: 1))
        stage.fill(5, 1)
        let seen = stage.store.snapshot().newest
        stage.store.append(nil, worker: 0)
        #expect(stage.store.blocks(after: seen) == nil)
        #expect(AlertTable(stage.model, stage.store.snapshot()) == nil)
        stage.publish()
        #expect(AlertTable(stage.model, stage.store.snapshot()) != nil)
        #expect(stage.store.blocks(after: stage.store.snapshot().newest)?.isEmpty == true)
        #expect(stage.store.blocks(after: seen + 1_000) == nil, "there is no such change yet")
    }

    @Test("the views' age counts from the last update, or from an earlier loss of the Kafka connection")
    func freshness() {
        let stage = Stage()
        stage.fill(1, 1)
        stage.store.markFresh(worker: 0, at: 10_000_000)
        var snapshot = stage.store.snapshot()
        #expect(Freshness(snapshot, now: 11_000_000, wall: 0).ageMicroseconds == 1_000_000)
        #expect(!Freshness(snapshot, now: 11_000_000, wall: 0).isStale)
        #expect(Freshness(snapshot, now: 16_000_000, wall: 0).isStale)
        stage.store.setConnected(false, at: 9_000_000)
        snapshot = stage.store.snapshot()
        #expect(Freshness(snapshot, now: 11_000_000, wall: 0).ageMicroseconds == 2_000_000)
        #expect(Freshness(ViewStore(workers: 1).snapshot(), now: 5, wall: 5).asOf == nil)
    }
}
