import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("A worker that was restarted", .blocking)
struct RestartTests {
    @Test("a restarted worker continues where the last one ended and repeats nothing")
    func restart() throws {
        let seed = SeededRandom.runSeed
        let rig = try Rig("restart", catalog: Shop.catalog)
        defer { rig.close() }
        let orders = Shop.orders(3_000, seed: seed)
        for (part, range) in [0..<1_000, 1_000..<2_000, 2_000..<3_000].enumerated() {
            rig.start()
            try rig.send(Array(orders[range]))
            let views = try rig.settledViews()
            let expected = Recomputation(Array(orders[..<range.upperBound]))
            #expect(views.stockRows == expected.stockRows, "part \(part), seed \(seed)")
            // Events that an earlier run committed are recovered, not counted again.
            #expect(try rig.counts.input.applied == range.count, "part \(part), seed \(seed)")
            let book = try rig.alertBook()
            #expect(book.faults == [], "part \(part), seed \(seed)")
            #expect(book.levels == views.levels, "part \(part), seed \(seed)")
            try rig.stop()
        }
    }
}
