import TestSupport
import Testing

@testable import Inventory

@Suite struct TextIDsTests {
    @Test("a table of hashes holds what was inserted and not removed, however it grew")
    func model() {
        for seed in UInt64(0)..<40 {
            var random = SeededRandom(seed: seed)
            let hash = IDHash(seed: random.next())
            let most = 1 + random.below(400)
            // Few different halves, so that many ids agree in one of them.
            let ids = (0..<2 * most).map { EventID(rawValue: Int64($0 % 7), high: UInt64(1 + $0 / 7)) }
            var table = TextIDs()
            var model: Set<EventID> = []
            for step in 0..<3000 {
                // Fill the table for 500 steps, then empty it for 500.
                let id = ids[random.below(ids.count)]
                let place = TextIDs.Place(id, hash)
                if model.contains(id), step / 500 % 2 == 1 || random.chance(2) {
                    table.remove(id, place)
                    model.remove(id)
                } else if !model.contains(id), model.count < most {
                    if table.isFull { table.grow(hash, minimumCapacity: random.chance(9) ? most : 0) }
                    table.insert(id, place)
                    model.insert(id)
                }
                let probe = ids[random.below(ids.count)]
                let isThere = table.contains(probe, TextIDs.Place(probe, hash))
                #expect(isThere == model.contains(probe), "seed \(seed), step \(step)")
            }
            var listed: [EventID] = []
            table.forEach { listed.append($0) }
            #expect(listed.sorted() == model.sorted() && table.count == model.count, "seed \(seed)")
        }
    }

    @Test("ids that belong into one group are found behind it, also after some were removed")
    func collisions() {
        let hash = IDHash(seed: 1)
        // The same place: only the xor of the halves is hashed.
        let ids = (1...40).map { EventID(rawValue: Int64($0), high: UInt64($0)) }
        let place = TextIDs.Place(ids[0], hash)
        var table = TextIDs(minimumCapacity: 60)
        for id in ids { table.insert(id, place) }
        for id in ids.prefix(20) { table.remove(id, place) }
        let found = ids.map { table.contains($0, place) }
        #expect(found == Array(repeating: false, count: 20) + Array(repeating: true, count: 20))
        for id in ids.prefix(20) { table.insert(id, place) }
        let all = ids.allSatisfy { table.contains($0, place) }
        #expect(all && table.count == 40)
    }

    @Test("removals and insertions without end do not fill a table")
    func churn() {
        let hash = IDHash(seed: 5)
        var table = TextIDs(minimumCapacity: 100)
        let capacity = table.capacity
        for number in 0..<20_000 {
            let id = EventID(rawValue: Int64(number), high: 1)
            if table.isFull { table.grow(hash, minimumCapacity: 0) }
            table.insert(id, TextIDs.Place(id, hash))
            if number % 64 == 63 {
                for number in number - 63...number {
                    let id = EventID(rawValue: Int64(number), high: 1)
                    table.remove(id, TextIDs.Place(id, hash))
                }
            }
        }
        #expect(table.capacity <= capacity, "\(table.capacity) places")
    }

    @Test("an id takes at most 24 bytes")
    func memory() {
        for count in 60..<5000 {
            let table = TextIDs(minimumCapacity: count)
            #expect(table.capacity * 17 <= count * 24 && table.capacity > count, "\(count) ids")
        }
        #expect(TextIDs().capacity == 0)
    }
}
