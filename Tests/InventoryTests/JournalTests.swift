import Testing

@testable import Inventory

@Suite struct JournalTests {
    @Test("the journal keeps a large transaction's memory and frees it after a small one")
    func memory() {
        let rows = Rows()
        var next: Int64 = 0
        func transaction(of count: Int64) -> Int {
            for _ in 0..<count {
                next += 1
                rows.upsert(EventID(next), units: 1, at: Pair(Int32(next), 1), version: UInt64(next))
            }
            rows.aggregate.commit()
            return rows.aggregate.journal.touched.capacity + rows.aggregate.journal.added.capacity
        }
        #expect(transaction(of: 70_000) >= 140_000)
        #expect(transaction(of: 5_000) >= 140_000)
        #expect(transaction(of: 10) < 1_000)
    }
}
