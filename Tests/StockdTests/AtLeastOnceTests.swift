import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Delivery without transactions", .blocking)
struct AtLeastOnceTests {
    @Test("goes on from the committed offset after a restart and repeats nothing after an orderly stop")
    func restart() throws {
        let seed = SeededRandom.runSeed
        let rig = try Rig("at-least-once", catalog: Shop.catalog)
        defer { rig.close() }
        let orders = Shop.orders(3_000, seed: seed)
        for (part, range) in [0..<1_000, 1_000..<2_000, 2_000..<3_000].enumerated() {
            rig.start { $0.delivery = .atLeastOnce }
            try rig.send(Array(orders[range]))
            let views = try rig.settledViews()
            let expected = Recomputation(Array(orders[..<range.upperBound]))
            #expect(views.stockRows == expected.stockRows, "part \(part), seed \(seed)")
            // What an earlier run committed is brought back, not counted again.
            #expect(try rig.counts.applied == range.count, "part \(part), seed \(seed)")
            let book = try rig.alertBook()
            #expect(book.faults == [], "part \(part), seed \(seed)")
            #expect(book.severities == views.severities, "part \(part), seed \(seed)")
            try rig.stop()
        }
    }
}
