import TestSupport
import Testing

@testable import Inventory

@Suite struct DedupeTests {
    @Test("an event that arrives again changes nothing")
    func duplicate() {
        let store = Store()
        #expect(store.apply(5, id: 9) == .applied)
        #expect(store.apply(5, id: 9) == .duplicate)
        store.commit()
        #expect(store.apply(50, at: Pair(1, 2), id: 9, time: 99) == .duplicate)
        #expect(store.stock.mapValues(\.currentStock) == [Pair(1, 1): 5])
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: 0))
    }

    @Test("one stray id does not turn the dedupe window off")
    func strayID() {
        let store = Store(window: 10)
        #expect(store.apply(5, id: .max) == .applied)
        for id in [3, 2, .min, 1] as [Int64] {
            #expect(store.apply(1, id: id) == .applied)
            #expect(store.apply(1, id: id) == .duplicate)
        }
        #expect(store.apply(5, id: .max) == .duplicate)
    }

    @Test("an event with a snowflake id counts once, however often it arrives")
    func snowflakes() {
        let store = Store(window: 1_000)
        // A millisecond is 4,194,304 ids away from the next.
        let ids = (0..<900).map { Int64(1) << 60 | Int64($0) << 22 }
        for id in ids { #expect(store.apply(1, id: id) == .applied) }
        for id in ids { #expect(store.apply(1, id: id) == .duplicate) }
        #expect(store.stock[Pair(1, 1)]?.currentStock == 900)
    }

    @Test("the last ids are remembered, at least one dedupe window and at most two")
    func rememberedCount() {
        let store = Store(window: 4)
        for id in Int64(1)...11 { #expect(store.apply(1, id: id) == .applied) }
        for id in Int64(5)...11 { #expect(store.apply(1, id: id) == .duplicate) }
        #expect(store.apply(1, id: 4) == .applied)
        #expect(store.apply(1, id: 5) == .applied, "with the fourth id of a set the one before the last goes")
    }

    @Test("a dedupe window of zero turns deduplication off")
    func noWindow() {
        let store = Store(window: 0)
        for _ in 0..<3 { #expect(store.apply(2, id: 7) == .applied) }
        #expect(store.apply(2, id: .min) == .applied)
        store.aggregate.rollback()
        store.apply(2, id: 7)
        store.commit()
        #expect(store.stock[Pair(1, 1)]?.currentStock == 2)
        store.checkpoint { if case .ids = $0 { Issue.record("a bucket of nothing") } }
    }

    @Test("each partition remembers its own ids")
    func partitions() {
        let store = Store(window: 100, inputs: 2)
        #expect(store.apply(1, id: 5, input: 0) == .applied)
        #expect(store.apply(1, id: 5, input: 1) == .applied)
        #expect(store.apply(1, id: 5, input: 0) == .duplicate)
        #expect(store.apply(1, id: 5, input: 1) == .duplicate)
    }

    @Test("a rejected event is not remembered, so it is rejected again")
    func badEvent() {
        let store = Store()
        store.apply(.max, id: 1)
        #expect(store.apply(1, id: 2) == .overflow)
        #expect(store.apply(1, id: 2) == .overflow)
        #expect(store.apply(-1, id: 2) == .applied)
    }

    @Test("any sequence of ids is judged as plain sets would judge it", arguments: [1, 7, 64, 4096])
    func randomIDs(window: Int) {
        for seed in UInt64(1)...6 {
            var random = SeededRandom(seed: seed)
            let store = Store(window: window)
            var model = WindowModel(window: window)
            var highest: Int64 = -9000
            for _ in 0..<600 {
                let id = IDs.next(highest, Int64(window), &random)
                highest = max(highest, id)
                let expected: Aggregate.Outcome = model.contains(id) ? .duplicate : .applied
                if expected == .applied { model.insert(id) }
                #expect(store.apply(1, id: id) == expected, "seed \(seed), id \(id)")
                if random.chance(20) { store.commit() }
            }
        }
    }
}

/// Event ids as producers might send them, and worse.
enum IDs {
    static func next(_ highest: Int64, _ window: Int64, _ random: inout SeededRandom) -> Int64 {
        switch random.below(20) {
        case 0: highest - window
        case 1: highest - window - 1
        case 2: highest - window + 1
        case 3: highest + Int64(random.below(Int(window) * 2))
        case 4: random.chance(5) ? highest + 10 * window : highest + 4096
        case 5..<9: highest - Int64(random.below(Int(window) + 2))
        case 9..<12: highest - Int64(random.below(4))
        default: highest + Int64(random.below(3))
        }
    }
}
