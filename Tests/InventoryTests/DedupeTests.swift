import TestSupport
import Testing

@testable import Inventory

@Suite struct DedupeTests {
    @Test func `an event that comes again changes nothing`() {
        let store = Store()
        #expect(store.apply(5, id: 9) == .applied)
        #expect(store.apply(5, id: 9) == .duplicate)
        store.commit()
        #expect(store.apply(50, at: Pair(1, 2), id: 9, time: 99) == .duplicate)
        #expect(store.stock.mapValues(\.currentStock) == [Pair(1, 1): 5])
        #expect(store.stock[Pair(1, 1)]?.lastUpdated == Timestamp(microseconds: 0))
    }

    @Test func `an id that comes late but within the window is new once`() {
        let store = Store(window: 100)
        #expect(store.apply(1, id: 1000) == .applied)
        #expect(store.apply(1, id: 950) == .applied)
        #expect(store.apply(1, id: 950) == .duplicate)
    }

    @Test(arguments: [1, 2, 63, 64, 100, 4095, 4096, 4097, 8192, 100_000] as [UInt64])
    func `the id exactly a window below the highest is remembered, the next one below is not`(
        window: UInt64
    ) {
        for highest in [0, 4095, 4096, 1_000_000, -4096, -4097] as [Int64] {
            let store = Store(window: window)
            let oldest = highest - Int64(window)
            #expect(store.apply(1, id: oldest - 1) == .applied)
            #expect(store.apply(1, id: oldest) == .applied)
            #expect(store.apply(1, id: highest) == .applied)
            #expect(store.apply(1, id: oldest) == .duplicate)
            #expect(store.apply(1, id: oldest - 1) == .appliedBelowWindow)
            #expect(store.apply(1, id: oldest - 1) == .appliedBelowWindow)
            #expect(store.stock[Pair(1, 1)]?.currentStock == 5)
            #expect(store.highestID == highest)
        }
    }

    @Test func `a jump ahead leaves everything before it below the window`() {
        let store = Store(window: 5000)
        for id in Int64(0)..<20 { store.apply(1, id: id) }
        #expect(store.apply(1, id: 10_000_000_000) == .applied)
        for id in Int64(0)..<20 { #expect(store.apply(1, id: id) == .appliedBelowWindow) }
        #expect(store.apply(1, id: 10_000_000_000) == .duplicate)
        #expect(store.apply(1, id: 9_999_995_000) == .applied)
        #expect(store.apply(1, id: 9_999_994_999) == .appliedBelowWindow)
    }

    @Test func `ids may be any 64-bit number`() {
        let store = Store(window: 10_000)
        for id in [Int64.min, .min + 1, -4097, -4096, -1, 0, 1, .max - 1, .max] {
            #expect(store.apply(1, id: id) == .applied)
            #expect(store.apply(1, id: id) == .duplicate)
        }
        #expect(store.apply(1, id: .max) == .duplicate)
        #expect(store.apply(1, id: .min) == .appliedBelowWindow)
    }

    @Test func `a window of zero turns it off`() {
        let store = Store(window: 0)
        for _ in 0..<3 { #expect(store.apply(2, id: 7) == .applied) }
        #expect(store.apply(2, id: .min) == .applied)
        store.aggregate.rollback()
        store.apply(2, id: 7)
        store.commit()
        #expect(store.stock[Pair(1, 1)]?.currentStock == 2)
        #expect(store.highestID == nil)
        store.checkpoint { if case .seen = $0 { Issue.record("a chunk of nothing") } }
    }

    @Test func `each partition has ids of its own`() {
        let store = Store(window: 100, lanes: 2)
        #expect(store.apply(1, id: 5, lane: 0) == .applied)
        #expect(store.apply(1, id: 5, lane: 1) == .applied)
        #expect(store.apply(1, id: 5_000, lane: 1) == .applied)
        #expect(store.apply(1, id: 4, lane: 0) == .applied)
        #expect(store.apply(1, id: 5, lane: 0) == .duplicate)
        #expect(store.apply(1, id: 5, lane: 1) == .appliedBelowWindow)
    }

    @Test func `a bad event is not remembered, so that it is bad again`() {
        let store = Store()
        store.apply(.max, id: 1)
        #expect(store.apply(1, id: 2) == .overflow)
        #expect(store.apply(1, id: 2) == .overflow)
        #expect(store.apply(-1, id: 2) == .applied)
    }

    @Test(arguments: [1, 7, 64, 4096, 5000, 12_288] as [UInt64])
    func `any sequence of ids is judged as a plain set would`(window: UInt64) {
        for seed in UInt64(1)...6 {
            var random = SeededRandom(seed: seed)
            let store = Store(window: window)
            var (seen, highest) = (Set<Int64>(), Int64?.none)
            for _ in 0..<600 {
                let id = IDs.next(highest ?? -9000, Int64(window), &random)
                let expected: Aggregate.Outcome
                if let highest, id < highest, (highest - id).magnitude > window {
                    expected = .appliedBelowWindow
                } else {
                    expected = seen.insert(id).inserted ? .applied : .duplicate
                    highest = max(highest ?? id, id)
                }
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
