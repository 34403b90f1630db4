import Inventory
import Testing

@testable import Pipeline

@Suite("A followed reference topic")
struct ReferenceFeedTests {
    @Test(
        "a reference partition that is silently no longer fetched is read on, though others bring rows")
    func deafPartition() throws {
        let cluster = SimCluster(seed: 7, inputs: 1, states: 1)
        cluster.faults.scripted[.followerDeaf] = 1
        let session = SimSession(cluster, name: "w", slot: 0)
        let feed = ReferenceFeed(session: session, kind: .products, topic: .init(name: "products"), ids: .integers)
        var rejected = 0
        func advance() throws { _ = try feed.advance { _, _, _ in rejected += 1 } }
        while !feed.isWhole { try advance() }
        #expect(cluster.coverage[.followerDeaf] == 1, "one of the two partitions goes deaf")
        var threshold: Int32 = 0
        // Two minutes in which each partition gets a row every ten seconds.
        for _ in 0..<12 {
            threshold += 1
            for index in 0..<2 {
                let row =
                    #"{"product_id":\#(index),"product_name":"P","category":"C","#
                    + #""reorder_threshold":\#(threshold)}"#
                let record = SimRecord(offset: 0, key: Array("\(index)".utf8), value: Array(row.utf8))
                _ = cluster.partition(.reference(.products), index).append(record)
            }
            for _ in 0..<10 {
                for _ in 0..<20 { try advance() }
                cluster.advance(1_000)
            }
        }
        for index in 0..<2 {
            let row = feed.tables.products.rows[ProductID(Int32(index))]
            #expect(
                row?.reorderThreshold ?? 0 >= threshold - 6, "partition \(index) is a minute behind at most")
        }
        #expect(rejected == 0)
    }
}
