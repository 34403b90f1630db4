import TestSupport
import Testing

@testable import Inventory

@Suite struct TextIDsTests {
    @Test("a table of hashes holds what was inserted and not taken out again, however it grew")
    func model() {
        for seed in UInt64(0)..<40 {
            var random = SeededRandom(seed: seed)
            let hash = IDHash(seed: random.next())
            let most = 1 + random.below(400)
            // Few different halves, so that many ids agree in one of them.
            let ids = (0..<2 * most).map { EventID(rawValue: Int64($0 % 7), high: UInt64(1 + $0 / 7)) }
            var table = TextIDs()
            var model: [EventID] = []
            for step in 0..<3000 {
                // Fill the table for 500 steps, then empty it for 500.
                if let last = model.last, step / 500 % 2 == 1 || random.chance(2) {
                    table.removeLast(hash)
                    model.removeLast()
                    let isThere = table.contains(last, TextIDs.Place(last, hash))
                    #expect(!isThere, "seed \(seed), step \(step)")
                } else if model.count < most {
                    let id = ids[random.below(ids.count)]
                    if model.contains(id) { continue }
                    if table.isFull { table.grow(hash, minimumCapacity: random.chance(9) ? most : 0) }
                    table.insert(id, TextIDs.Place(id, hash))
                    model.append(id)
                }
                let probe = ids[random.below(ids.count)]
                let isThere = table.contains(probe, TextIDs.Place(probe, hash))
                #expect(isThere == model.contains(probe), "seed \(seed), step \(step)")
            }
            var listed: [EventID] = []
            table.forEach { listed.append($0) }
            #expect(listed == model && table.count == model.count, "seed \(seed)")
        }
    }

    @Test("ids that belong into one group are found behind it, also after some were taken out")
    func collisions() {
        let hash = IDHash(seed: 1)
        // The same place: only the exclusive or of the halves is hashed.
        let ids = (1...40).map { EventID(rawValue: Int64($0), high: UInt64($0)) }
        let place = TextIDs.Place(ids[0], hash)
        var table = TextIDs()
        table.grow(hash, minimumCapacity: 60)
        for id in ids { table.insert(id, place) }
        for _ in 0..<15 { table.removeLast(hash) }
        let found = ids.map { table.contains($0, place) }
        #expect(found == Array(repeating: true, count: 25) + Array(repeating: false, count: 15))
        for id in ids.suffix(15).reversed() { table.insert(id, place) }
        let all = ids.allSatisfy { table.contains($0, place) }
        #expect(all && table.count == 40)
    }

    @Test("an id takes at most 24 bytes, and a table that was never used none")
    func memory() {
        let hash = IDHash(seed: 2)
        var table = TextIDs()
        #expect(table.byteCount == 0)
        for number in 0..<20_000 {
            let id = EventID(rawValue: Int64(number), high: 1)
            if table.isFull { table.grow(hash, minimumCapacity: 0) }
            table.insert(id, TextIDs.Place(id, hash))
            // At most 31 places wait for ids.
            if number > 60 { #expect(table.byteCount - 31 * 16 <= table.count * 24, "\(number) ids") }
        }
    }
}
