import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Repeated event ids")
struct RepeatedIDTests {
    private func stock(_ events: [(id: Int64, quantity: Int)]) throws -> Int64? {
        let replay = EventReplay(PipelineSettings(), catalog: Scenario.catalog())
        for (id, quantity) in events {
            let text =
                #"{"event_id":\#(id),"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":\#(quantity),"#
                + #""event_time":"2026-03-30T08:00:00Z"}"#
            let bad = try Array(text.utf8).withUnsafeBytes { try replay.apply(value: $0) }
            #expect(bad == nil)
        }
        var stock: Int64?
        replay.forEachStockRow { stock = $0.currentStock }
        return stock
    }

    @Test("An event with a snowflake id counts once.")
    func snowflakes() throws {
        let stock = try stock([
            (1_890_000_000_000_000_000, 10), (1_890_000_000_020_971_520, 10), (1_890_000_000_041_943_040, 10),
            (1_890_000_000_000_000_000, 10),
        ])
        #expect(stock == 30)
    }

    @Test("Behind one stray id of 2^63 − 1 every event counts once.")
    func strayID() throws {
        let stock = try stock([(1, 10), (.max, 0), (2, 10), (2, 10), (3, 10), (3, 10)])
        #expect(stock == 30)
    }
}
