import TestSupport
import Testing

@testable import Inventory

@Suite struct MovementPageTests {
    @Test("an event id is recovered from its key, whatever the id")
    func keys() {
        let mixer = MovementMixer()
        var random = SeededRandom(seed: 1)
        for id in [.min, -65, -64, -1, 0, 1, 63, 64, .max] + (0..<10_000).map({ _ in random.int64() }) {
            for high in [0, 1, random.next()] {
                func key(_ id: Int64) -> MovementKey { mixer.key(EventID(rawValue: id, high: high)) }
                #expect(mixer.id(key(id)) == EventID(rawValue: id, high: high))
                #expect(key(id).isBeside(key(id ^ 63)))
                #expect(!key(id).isBeside(key(id ^ 64)))
                #expect(!key(id).isBeside(mixer.key(EventID(rawValue: id, high: high ^ 1))))
            }
        }
    }

    @Test("every movement written is read back, and stored completely", arguments: IDLayout.allCases)
    func randomWrites(layout: IDLayout) {
        for seed in UInt64(1)...8 { LogHistory(seed: seed, layout).run() }
    }
}

/// Random writes to a movement log, compared with a dictionary.
private final class LogHistory {
    private var log = MovementLog()
    private var model: [EventID: Movement] = [:]
    private var stored: [EventBlock: MovementImages] = [:]
    /// Ids that no checkpoint holds.
    private var fresh: Set<EventID> = []
    private var random: SeededRandom
    private let layout: IDLayout
    /// How far the numbers in the movements lie apart.
    private let spread: Int

    init(seed: UInt64, _ layout: IDLayout) {
        random = SeededRandom(seed: seed)
        self.layout = layout
        spread = [1, 3, 1000, 1 << 30][Int(seed % 4)]
    }

    func run() {
        for _ in 0..<4 {
            for _ in 0..<random.below(1_500) { write() }
            compare()
            for block in log.dirtyBlocks { stored[block] = log.images(of: block) }
            log.markClean()
            fresh = []
            compareStored()
        }
    }

    private func write() {
        let id = layout.id(random.below(1_000))
        if model[id] == nil { fresh.insert(id) }
        // Forget only ids that no checkpoint holds, as a rollback does.
        let movement = random.chance(6) && fresh.contains(id) ? nil : movement()
        log.set(movement, at: log.look(id))
        model[id] = movement
    }

    private func movement() -> Movement {
        let version = RowVersion(position: number(), seconds: UInt32(truncatingIfNeeded: number()))
        if random.chance(8) { return .deleted(version) }
        return Movement(
            entry: UInt32(random.chance(50) ? 70_000 : random.below(min(spread, 500))),
            units: Int32(truncatingIfNeeded: number()), time: Int64(bitPattern: number()), version: version)
    }

    /// Mostly near the other numbers, sometimes anywhere.
    private func number() -> UInt64 {
        random.chance(20) ? UInt64(bitPattern: random.int64()) : 1 << 50 + UInt64(random.below(spread))
    }

    private func compare() {
        #expect(log.count == model.count)
        for number in 0..<1_000 {
            let id = layout.id(number)
            if log[log.look(id)] != model[id] {
                Issue.record("id \(id) is not \(String(describing: model[id]))")
            }
        }
    }

    private func compareStored() {
        var copy = MovementLog()
        for chunk in stored.values { copy.restore(chunk) }
        copy.finishRestoring()
        #expect(copy.count == model.count)
        for (id, movement) in model where copy[copy.look(id)] != movement {
            Issue.record("id \(id) was not stored as \(movement)")
        }
    }
}
